import { afterAll, describe, expect, it } from 'vitest';
import { toLoudness } from '../../audio/loudness.ts';
import { decodeMulaw } from '../../audio/mulaw.ts';
import type { SpokenSound } from '../../audio/spoken-sound.ts';
import { toToneSamples } from '../../audio/tone.ts';
import { createWordEar, writeWords } from '../../audio/word-bits.ts';
import { createFakeClock, systemClock } from '../../base/clock.ts';
import { toSpeakingMs } from '../voice.ts';
import { createFliteVoice } from './flite-voice.ts';
import { halveRate } from './from-flite-sound.ts';
import { parsePhones, placeWords } from './place-words.ts';
import { createSketchVoice, sketchSpeech } from './sketch-voice.ts';
import { speakWithPauses } from './speak-with-pauses.ts';
import { SpeechCache } from './speech-cache.ts';
import { toPlainLetters } from './to-plain-letters.ts';

const text = 'Good morning, you owe $12.50 to the well-known bank — is it "ok"?';

function hearWords(spoken: SpokenSound): string {
  const words: string[] = [];
  const ear = createWordEar(({ type, text: word }) => {
    if (type === 'word-heard') words.push(word);
  });
  ear.hear(writeWords(spoken).sound);
  return words.join(' ');
}

function isInOrder({ sound, words }: SpokenSound): boolean {
  const times = words.flatMap(({ startMs, endMs }) => [startMs, endMs]);
  const edges = [0, ...times, sound.length / 8];
  return edges.every((ms, at) => at === 0 || ms >= (edges[at - 1] ?? 0) - 0.001);
}

describe('the sketch voice', () => {
  it('says every word, for exactly as long as saying takes', async () => {
    const spoken = await createSketchVoice()(text, 'application');
    expect(hearWords(spoken)).toBe(text);
    expect(isInOrder(spoken)).toBe(true);
    expect(Math.abs(spoken.sound.length / 8 - toSpeakingMs(text))).toBeLessThan(1);
    expect(writeWords(spoken).sound.length).toBe(spoken.sound.length);
  });

  it.each(['', ' ', '—', '🙂🙂🙂', 'もしもし、どなたですか', '<break time="9s"/>'])('says %j too', async (strange) => {
    expect(hearWords(await createSketchVoice()(strange, 'person'))).toBe(strange.trim());
  });

  it('sounds the same for the same text, and different for a person', async () => {
    const speak = createSketchVoice();
    expect(await speak(text, 'any')).toEqual(await speak(text, 'other'));
    expect((await speak(text, 'person')).sound).not.toEqual((await speak(text, 'any')).sound);
  });
});

describe('the audible voice', () => {
  const voice = createFliteVoice({ clock: systemClock });
  afterAll(() => voice.close());

  it('says every word at telephone loudness, one after another', async () => {
    for (const name of ['person', 'application']) {
      const spoken = await voice.synthesize(text, name);
      expect(hearWords(spoken)).toBe(text);
      expect(isInOrder(spoken)).toBe(true);
      const samples = decodeMulaw(spoken.sound);
      const loudness = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
      expect(20 * Math.log10(loudness / 32_768)).toBeGreaterThan(-26);
      expect(20 * Math.log10(loudness / 32_768)).toBeLessThan(-18);
    }
  });

  it('puts words where there is sound', async () => {
    const { sound, words } = await voice.synthesize('Hello there. This is a test of it.', 'rms');
    for (const { startMs, endMs } of words) {
      expect(toLoudness(sound.subarray(startMs * 8, endMs * 8))).toBeGreaterThan(60);
    }
    const [there, next] = words.slice(1, 3);
    expect(next!.startMs - there!.endMs).toBeGreaterThan(30);
  });

  it('makes the same text once, and leaves to the sketch voice what it has no letters for', async () => {
    const first = await voice.synthesize('Only once.', 'rms');
    expect(await voice.synthesize('Only once.', 'rms')).toBe(first);
    expect(await voice.synthesize('Привет, кто это?', 'rms')).toEqual(sketchSpeech('Привет, кто это?', 'rms'));
    expect(await voice.synthesize('…', 'rms')).toEqual(sketchSpeech('…', 'rms'));
  });

  it('speaks with the sketch voice where there is no folder to work in', async () => {
    const usual = process.env.TMPDIR;
    process.env.TMPDIR = '/nowhere/at/all';
    const homeless = createFliteVoice({ clock: createFakeClock() });
    expect(await homeless.synthesize('No home.', 'rms')).toEqual(sketchSpeech('No home.', 'rms'));
    await homeless.close();
    if (usual === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = usual;
  });

  it('speaks with the sketch voice when it takes too long, and once it is closed', async () => {
    const clock = createFakeClock();
    const slow = createFliteVoice({ clock });
    const spoken = slow.synthesize('Too late.', 'rms');
    clock.advance(15_000);
    expect(await spoken).toEqual(sketchSpeech('Too late.', 'rms'));
    const open = slow.synthesize('Under way.', 'rms');
    await slow.close();
    expect(await open).toEqual(sketchSpeech('Under way.', 'rms'));
    expect(await slow.synthesize('Closed.', 'rms')).toEqual(sketchSpeech('Closed.', 'rms'));
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('words among phones', () => {
  it('are spread by their letters, and end where the pause is that ends their clause', () => {
    const phones = parsePhones('pau:0.100 hh:0.300 ax:0.500 pau:0.700 y:0.900 uw:1.300 pau:1.500');
    expect(placeWords('Hi there, you.', phones)).toEqual([
      { text: 'Hi', startMs: 100, endMs: expect.closeTo(214.3, 1) },
      { text: 'there,', startMs: expect.closeTo(214.3, 1), endMs: 500 },
      { text: 'you.', startMs: 700, endMs: 1300 },
    ]);
  });

  it('are nowhere when nothing was spoken', () => {
    expect(placeWords('Hi.', parsePhones('pau:0.234'))).toEqual([{ text: 'Hi.', startMs: 0, endMs: 0 }]);
    expect(placeWords('Hi.', parsePhones('nonsense'))).toEqual([{ text: 'Hi.', startMs: 0, endMs: 0 }]);
  });
});

describe('a sound at half its rate', () => {
  const loudnessAt = (frequencyHz: number) => {
    const halved = halveRate(toToneSamples({ frequenciesHz: [frequencyHz], ms: 200, sampleRateHz: 16_000 }));
    return Math.sqrt(halved.reduce((sum, sample) => sum + sample * sample, 0) / halved.length);
  };

  it('keeps what the telephone carries and loses what would fold back into it', () => {
    expect(loudnessAt(1000) / loudnessAt(3000)).toBeCloseTo(1, 1);
    expect(loudnessAt(5000)).toBeLessThan(loudnessAt(1000) / 300);
  });
});

describe('speech with pauses', () => {
  it('has its words after the silence, and the text without the marks', async () => {
    const spoken = await speakWithPauses({
      ...{ synthesize: createSketchVoice(), voice: 'person', text: 'It is … five.', pauseMs: 1000 },
    });
    expect(spoken.text).toBe('It is five.');
    expect(hearWords(spoken)).toBe('It is five.');
    expect(spoken.words[2]!.startMs - spoken.words[1]!.endMs).toBeCloseTo(1000, 0);
  });
});

describe('letters for the synthesizer', () => {
  it.each([
    ['It’s “fine” — really…', `It's "fine" ,  really...`],
    ['Café Zoë', 'Cafe Zoe'],
    ['€5', 'euros 5'],
    ['🙂 yes', 'yes'],
    ['Привет', null],
    ['🙂', null],
    ['', null],
  ])('%j', (from, to) => {
    expect(toPlainLetters(from)).toBe(to);
  });
});

describe('the cache of speeches', () => {
  it('forgets the least lately used beyond its size', async () => {
    const cache = new SpeechCache();
    const made: string[] = [];
    const take = async (name: string) => {
      await cache.take(name, async () => {
        made.push(name);
        return { sound: new Uint8Array(6 * 1024 * 1024), words: [] };
      });
    };
    for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) await take(name);
    expect(made).toEqual(['a', 'b', 'c', 'b']);
  });

  it('tries again what could not be made', async () => {
    const cache = new SpeechCache();
    expect(await cache.take('a', async () => null)).toBe(null);
    expect(await cache.take('a', async () => sketchSpeech('a', 'rms'))).toEqual(sketchSpeech('a', 'rms'));
  });
});
