import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../base/clock.ts';
import { silentLogger } from '../../../base/log.ts';
import type { SpeakingEvent, TextToSpeech } from '../../../ports/text-to-speech.ts';
import { VendorFailed } from '../../../ports/vendor-failed.ts';
import { createVoice, type VoiceParts } from './voice.ts';

const soundMs = 2000;
const tone = (ms: number) => new Uint8Array(ms * 8).fill(0x10);

/** A vendor whose every sound the test makes, and who heeds no `cancel`, as a bad one would. */
function createVendor(name: string) {
  const journal: string[] = [];
  const voices: (string | null)[] = [];
  const listeners: ((event: SpeakingEvent) => void)[] = [];
  const vendor: TextToSpeech = {
    name,
    tellsWordTimes: true,
    speak({ on, voice }) {
      listeners.push(on);
      voices.push(voice);
      return {
        say: (utterance, text) => void journal.push(`${utterance}: ${text}`),
        finish: (utterance) => void journal.push(`${utterance} finished`),
        cancel: (utterance) => void journal.push(`${utterance} cancelled`),
        close: () => void journal.push('closed'),
      };
    },
  };
  const tell = (event: SpeakingEvent, mouth = listeners.length - 1) => listeners[mouth]?.(event);
  return {
    ...{ vendor, journal, voices, tell },
    sound: (utterance: number, ms: number, mouth?: number) =>
      tell({ type: 'sound', utterance, sound: tone(ms) }, mouth),
    words: (utterance: number, text: string, fromMs = 0) =>
      tell({
        type: 'words',
        utterance,
        words: text.split(' ').map((word, at) => {
          return { word, startMs: fromMs + at * 200, endMs: fromMs + (at + 1) * 200 };
        }),
      }),
    spoken: (utterance: number) => tell({ type: 'spoken', utterance }),
    fail: (code: 'vendor/refused' | 'vendor/unavailable' = 'vendor/refused') =>
      tell({ type: 'failed', error: new VendorFailed(name, code, 'no') }),
  };
}

function start(options: Partial<VoiceParts> = {}) {
  const clock = createFakeClock();
  const one = createVendor('one/model');
  const two = createVendor('two/model');
  const line: string[] = [];
  const told: string[] = [];
  const voice = createVoice({
    ...{ vendors: [one.vendor, two.vendor], language: 'en-US', voice: 'anna', clock, log: silentLogger, soundMs },
    line: {
      play: (utterance, sound) => void line.push(`${utterance} plays ${sound.length / 8}`),
      confirmAt: (utterance, ms) => void line.push(`${utterance} confirms ${ms}`),
      end: (utterance) => void line.push(`${utterance} ends`),
      clear() {
        line.push('clear');
        return null;
      },
    },
    onFirstSound: (utterance) => void told.push(`first sound of ${utterance}`),
    onFailure: (error) => void told.push(error.code),
    onMute: () => void told.push('mute'),
    spareSound: null,
    ...options,
  });
  return { clock, one, two, line, told, voice };
}

describe('a voice', () => {
  it('passes text on clause by clause, and sound and ends of words to the line', () => {
    const { one, line, told, voice } = start();
    voice.say(1, 'Hello Sarah, how ');
    voice.say(1, 'are you?');
    one.words(1, 'Hello Sarah');
    one.sound(1, 400);
    voice.finish(1);
    one.sound(1, 600);
    one.spoken(1);
    expect(one.journal).toEqual(['1: Hello Sarah, ', '1: how are you?', '1 finished']);
    expect(line).toEqual(['1 confirms 200', '1 confirms 400', '1 plays 400', '1 plays 600', '1 ends']);
    expect(told).toEqual(['first sound of 1']);
  });

  it('says at once what is there when more will be a while', () => {
    const { one, voice } = start();
    voice.say(1, 'Let me look');
    expect(one.journal).toEqual([]);
    voice.flush(1);
    voice.flush(7);
    expect(one.journal).toEqual(['1: Let me look']);
  });

  it('gives its name of a voice to the first vendor only', () => {
    const { one, two } = start();
    one.fail();
    expect([one.voices, two.voices]).toEqual([['anna'], [null]]);
  });

  it('is done with words that have no sound without asking anybody', () => {
    const { one, line, clock, voice } = start();
    voice.say(1, '… ');
    voice.finish(1);
    expect([one.journal, line, clock.pendingTimers]).toEqual([[], ['1 ends'], 0]);
    voice.say(2, 'Yes. ');
    voice.say(2, '…');
    voice.finish(2);
    expect(one.journal).toEqual(['2: Yes. ', '2 finished']);
  });

  it('stops at once, tells what was heard in whole words, and plays nothing of it that comes late', () => {
    const { one, line, voice } = start();
    voice.say(1, 'Hello Sarah, how are you?');
    voice.finish(1);
    one.words(1, 'Hello Sarah, how are you?');
    one.sound(1, 1000);
    voice.played(1, 450);
    expect(voice.stop(1)).toEqual({ text: 'Hello Sarah,', isExact: true });
    one.sound(1, 500);
    one.words(1, 'late');
    one.spoken(1);
    voice.say(1, 'More.');
    expect(line.slice(-1)).toEqual(['clear']);
    expect(one.journal.slice(-1)).toEqual(['1 cancelled']);
    expect(voice.stop(7)).toEqual({ text: '', isExact: true });
  });

  it('drops text and sound of an older utterance, which a newer one cancels', () => {
    const { one, line, voice } = start();
    voice.say(1, 'One. ');
    voice.say(2, 'Two. ');
    voice.say(1, 'Three. ');
    voice.finish(1);
    one.sound(1, 500);
    expect(one.journal).toEqual(['1: One. ', '1 cancelled', '2: Two. ']);
    expect(line).toEqual([]);
  });
});

describe('a voice that is kept back', () => {
  it('is heard from its beginning once it is wanted, and told to end then', () => {
    const { one, line, voice } = start();
    voice.keepBack(1);
    voice.say(1, 'Hello.');
    voice.finish(1);
    one.words(1, 'Hello.');
    one.sound(1, 200);
    one.spoken(1);
    expect([line, voice.isOwing]).toEqual([[], false]);
    voice.use(1);
    expect(line).toEqual(['1 plays 200', '1 confirms 200', '1 ends']);
    voice.drop(1);
    expect(line).toHaveLength(3);
  });

  it('leaves nothing behind when it is not wanted', () => {
    const { one, line, clock, voice } = start();
    voice.keepBack(1);
    voice.say(1, 'Hello. ');
    one.sound(1, 200);
    voice.drop(1);
    one.sound(1, 200);
    voice.say(1, 'More. ');
    expect([line, one.journal.at(-1), clock.pendingTimers]).toEqual([[], '1 cancelled', 0]);
  });

  it('fails over unheard', () => {
    const { one, two, line, voice } = start();
    voice.keepBack(1);
    voice.say(1, 'Hello. ');
    one.fail();
    two.sound(1, 400);
    expect([two.journal, line]).toEqual([['1: Hello. '], []]);
    voice.use(1);
    expect(line).toEqual(['1 plays 400']);
  });
});

describe('a voice whose vendor fails', () => {
  it('before the first sound is taken over from the beginning', () => {
    const { one, two, told, voice } = start();
    voice.say(1, 'Hello Sarah.');
    voice.finish(1);
    one.fail();
    expect(one.journal.at(-1)).toBe('closed');
    expect(two.journal).toEqual(['1: Hello Sarah.', '1 finished']);
    expect(told).toEqual(['vendor/refused']);
  });

  it('in the middle is taken over after the last word that sounded, and nothing more of the first is heard', () => {
    const { one, two, line, voice } = start();
    voice.say(1, 'One two three four.');
    voice.finish(1);
    one.words(1, 'One two three four.');
    one.sound(1, 400);
    one.fail();
    expect(two.journal).toEqual(['1:  three four.', '1 finished']);
    one.sound(1, 400);
    two.words(1, 'three four');
    two.sound(1, 400);
    two.spoken(1);
    voice.played(1, 600);
    expect(line.slice(-4)).toEqual(['1 confirms 600', '1 confirms 800', '1 plays 400', '1 ends']);
    expect(voice.stop(1).text).toBe('One two three');
  });

  it('after its last word is done', () => {
    const { one, two, line, voice } = start();
    voice.say(1, 'One two.');
    voice.finish(1);
    one.words(1, 'One two.');
    one.sound(1, 400);
    one.fail();
    expect([two.journal, line.at(-1)]).toEqual([[], '1 ends']);
  });

  it('by giving no sound, or only drips of it, is given up after its time', () => {
    for (const drip of [false, true]) {
      const { clock, one, two, told, voice } = start();
      voice.say(1, 'This is quite a long sentence to say.');
      voice.finish(1);
      for (let ms = 0; ms < soundMs - 100; ms += 100) {
        clock.advance(100);
        if (drip) one.sound(1, 1);
      }
      expect(told).not.toContain('vendor/timeout');
      clock.advance(200);
      expect(told.at(-1)).toBe('vendor/timeout');
      expect(two.journal[0]).toContain('long sentence');
    }
  });

  it('is not blamed while the model is slow', () => {
    const { clock, one, told, voice } = start();
    voice.say(1, 'One two. ');
    one.words(1, 'One two.');
    one.sound(1, 400);
    clock.advance(60_000);
    voice.say(1, 'Three. ');
    clock.advance(soundMs - 1);
    expect(told).toEqual(['first sound of 1']);
    clock.advance(1);
    expect(told.at(-1)).toBe('vendor/timeout');
  });

  it('to say that it is done, is taken to be once all its words have sounded', () => {
    const { clock, one, line, told, voice } = start();
    voice.say(1, 'One two.');
    voice.finish(1);
    one.words(1, 'One two.');
    one.sound(1, 400);
    clock.advance(soundMs + 400);
    expect([line.at(-1), told]).toEqual(['1 ends', ['first sound of 1']]);
  });

  it('and comes back is not listened to any more', () => {
    const { one, two, line, voice } = start();
    one.fail('vendor/unavailable');
    two.fail();
    voice.say(1, 'Hello. ');
    one.sound(1, 100, 0);
    expect(line).toEqual([]);
    one.sound(1, 100, 1);
    expect(line).toEqual(['1 plays 100']);
  });

  it('for good says so, and plays the spare sound in the place of words', () => {
    const { one, two, line, told, clock, voice } = start({ spareSound: tone(700) });
    voice.say(1, 'Hello Sarah. ');
    one.fail();
    two.fail();
    expect(told).toEqual(['vendor/refused', 'vendor/refused', 'mute']);
    voice.say(2, 'I am sorry.');
    voice.finish(2);
    expect(line).toEqual(['2 plays 700', '2 ends']);
    expect(clock.pendingTimers).toBe(0);
  });
});

it('says, tells and waits for nothing once it is closed', () => {
  const { clock, one, line, told, voice } = start();
  voice.say(1, 'Hello. ');
  voice.close();
  one.sound(1, 100);
  one.fail();
  voice.say(2, 'Hello. ');
  voice.finish(2);
  clock.advance(60_000);
  expect([line, told, clock.pendingTimers, one.journal.at(-1)]).toEqual([[], [], 0, 'closed']);
});
