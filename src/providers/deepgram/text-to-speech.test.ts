/** Deepgram's Aura voices over frames written from its protocol reference. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../base/clock.ts';
import { createFakeSockets, type FakeSockets } from '../../ports/contracts/fake-sockets.ts';
import { describeTextToSpeechContract, type SpeakingVendor } from '../../ports/contracts/text-to-speech.contract.ts';
import type { SpeakingEvent } from '../../ports/text-to-speech.ts';
import { createAuraCodec } from './aura-codec.ts';
import { createDeepgramTextToSpeech } from './text-to-speech.ts';

const baseUrl = 'https://api.deepgram.example';
const metadata = { type: 'Metadata', request_id: 'r-1', model_name: 'aura-2-thalia-en', model_version: 'v' };
const flushed = { type: 'Flushed', sequence_id: 0 };
const cleared = { type: 'Cleared', sequence_id: 0 };

/** A vendor that answers a clearing before the next sound, and leaves out what was asked for before it. */
function createVendor(sockets: FakeSockets): SpeakingVendor {
  let answeredClears = 0;
  let answeredFlushes = 0;
  const types = () => sockets.last.sentJson.map(({ type }) => type);
  const sinceClear = () => sockets.last.sentJson.slice(types().lastIndexOf('Clear') + 1);
  const count = (type: string) => types().filter((each) => each === type).length;
  const clear = () => {
    while (answeredClears < count('Clear')) {
      answeredClears += 1;
      answeredFlushes = types()
        .slice(0, types().lastIndexOf('Clear'))
        .filter((each) => each === 'Flush').length;
      sockets.last.say(cleared);
    }
  };
  const isOfTheCleared = () => sinceClear().length === 0;
  /** The texts of the newest utterance: those behind the last one that was answered whole. */
  let spokenFrames = 0;
  return {
    accept() {
      sockets.last.accept();
      sockets.last.say(metadata);
    },
    refuse: (status, said) => sockets.last.refuse(status, said),
    goAway: () => sockets.last.end(1006, 'connect ECONNREFUSED'),
    get text() {
      const from = Math.max(spokenFrames, types().lastIndexOf('Clear') + 1);
      const texts = sockets.last.sentJson.slice(from).filter(({ type }) => type === 'Speak');
      return texts.map(({ text }) => text).join('');
    },
    get isFinished() {
      return types().at(-1) === 'Flush';
    },
    sound(sound) {
      if (!isOfTheCleared()) clear();
      sockets.last.say(sound);
    },
    spoken() {
      if (isOfTheCleared()) return clear();
      while (answeredFlushes < count('Flush')) {
        answeredFlushes += 1;
        sockets.last.say(flushed);
      }
      spokenFrames = types().length;
    },
    sendNonsense: () => sockets.last.say('', '{', 'null', '[]', '{"type":1}', '{"type":"Warning","code":"X"}'),
    sendTooMuch: () => sockets.last.say(new Uint8Array(5_000_000)),
    cut: () => sockets.last.end(1006),
    get live() {
      return sockets.live;
    },
  };
}

describeTextToSpeechContract("deepgram's aura", () => ({
  name: 'aura',
  create({ clock, apiKey }) {
    const sockets = createFakeSockets();
    const tts = createDeepgramTextToSpeech({ apiKey, baseUrl, clock, openSocket: sockets.openSocket });
    return { tts, vendor: createVendor(sockets) };
  },
}));

function openMouth(voice: string | null = null) {
  const clock = createFakeClock();
  const sockets = createFakeSockets();
  const told: SpeakingEvent[] = [];
  const tts = createDeepgramTextToSpeech({ apiKey: 'k-1', baseUrl, clock, openSocket: sockets.openSocket });
  const mouth = tts.speak({ language: 'en-US', voice, on: (event) => told.push(event) });
  sockets.last.accept();
  sockets.last.say(metadata);
  const spoken = () => told.flatMap((event) => (event.type === 'spoken' ? event.utterance : []));
  return { clock, sockets, told, mouth, spoken };
}

const speak = (text: string) => ({ type: 'Speak', text });
const flush = { type: 'Flush' };

describe('aura', () => {
  it('asks for telephone sound of its usual voice, or of the one that is named', () => {
    const url = new URL(openMouth().sockets.last.target.url);
    expect(`${url.origin}${url.pathname}`).toBe('wss://api.deepgram.example/v1/speak');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      model: 'aura-2-thalia-en',
      encoding: 'mulaw',
      sample_rate: '8000',
    });
    expect(openMouth('aura-2-zeus-en').sockets.last.target.url).toContain('model=aura-2-zeus-en');
    expect(openMouth().sockets.last.target.headers).toEqual({ Authorization: 'Token k-1' });
  });

  it('flushes the first clause at once, and what comes meanwhile when that is answered', () => {
    const { mouth, sockets, spoken } = openMouth();
    mouth.say(1, 'Sure, ');
    mouth.say(1, 'one moment, ');
    mouth.say(1, 'please. ');
    expect(sockets.last.sentJson).toEqual([speak('Sure, '), flush, speak('one moment, '), speak('please. ')]);
    sockets.last.say(flushed);
    expect(sockets.last.sentJson.at(-1)).toEqual(flush);
    mouth.finish(1);
    expect(sockets.last.sentJson).toHaveLength(5);
    expect(spoken()).toEqual([]);
    sockets.last.say(flushed);
    expect(spoken()).toEqual([1]);
  });

  it('has spoken all when everything was answered before it was finished', () => {
    const { mouth, sockets, spoken } = openMouth();
    mouth.say(1, 'Yes. ');
    sockets.last.say(new Uint8Array(800), flushed);
    mouth.finish(1);
    expect(spoken()).toEqual([1]);
  });

  it('drops sound and answers from before a clearing until the clearing is confirmed', () => {
    const { mouth, sockets, told, spoken } = openMouth();
    mouth.say(1, 'The first. ');
    mouth.finish(1);
    mouth.cancel(1);
    mouth.say(2, 'The second. ');
    mouth.finish(2);
    expect(sockets.last.sentJson).toEqual([
      speak('The first. '),
      flush,
      { type: 'Clear' },
      speak('The second. '),
      flush,
    ]);
    sockets.last.say(Uint8Array.of(1), flushed, Uint8Array.of(2));
    expect(told).toEqual([]);
    sockets.last.say(cleared, Uint8Array.of(3), flushed);
    expect(told.flatMap((event) => (event.type === 'sound' ? [...event.sound] : []))).toEqual([3]);
    expect(spoken()).toEqual([2]);
  });

  it('holds an utterance back until the one before it was spoken, so that cancelling one takes the other along in no way', () => {
    const { mouth, sockets, told, spoken } = openMouth();
    mouth.say(1, 'One. ');
    mouth.finish(1);
    mouth.say(2, 'Two. ');
    mouth.finish(2);
    mouth.say(3, 'Three. ');
    mouth.finish(3);
    expect(sockets.last.sentJson).toEqual([speak('One. '), flush]);
    mouth.cancel(2);
    sockets.last.say(Uint8Array.of(1), flushed, Uint8Array.of(3), flushed);
    expect(sockets.last.sentJson.slice(2)).toEqual([speak('Three. '), flush]);
    expect(told.flatMap((event) => (event.type === 'sound' ? event.utterance : []))).toEqual([1, 3]);
    expect(spoken()).toEqual([1, 3]);
  });

  it('cuts text that is too long for one message between words', () => {
    const { mouth, sockets } = openMouth();
    const text = `${'word '.repeat(900)}end`;
    mouth.say(1, text);
    const texts = sockets.last.sentJson.filter(({ type }) => type === 'Speak').map((frame) => String(frame.text));
    expect(texts.join('')).toBe(text);
    expect(Math.max(...texts.map((piece) => piece.length))).toBeLessThanOrEqual(2000);
    expect(texts.slice(0, -1).every((piece) => piece.endsWith(' '))).toBe(true);
  });

  it('never asks for more than 20 flushes in a minute of one socket, and changes it while nothing is said', () => {
    const { mouth, sockets, clock, told } = openMouth();
    for (let utterance = 1; utterance <= 40; utterance += 1) {
      for (let clause = 0; clause < 10; clause += 1) {
        mouth.say(utterance, 'And so on, ');
        sockets.last.say(Uint8Array.of(0), flushed);
      }
      mouth.finish(utterance);
      sockets.last.say(flushed);
      if (sockets.last.sent.length === 0) sockets.last.accept();
      clock.advance(1000);
    }
    const counts = sockets.all.map(({ sentJson }) => sentJson.filter(({ type }) => type === 'Flush').length);
    expect(Math.max(...counts)).toBeLessThanOrEqual(20);
    expect(sockets.all.length).toBeGreaterThan(2);
    expect(sockets.live).toBe(1);
    expect(told.filter(({ type }) => type === 'spoken')).toHaveLength(40);
    expect(told.filter(({ type }) => type === 'failed')).toEqual([]);
  });

  it('changes a socket that is nearly an hour old', () => {
    const { mouth, sockets, clock } = openMouth();
    clock.advance(51 * 60_000);
    mouth.say(1, 'Hello. ');
    mouth.finish(1);
    expect(sockets.all).toHaveLength(1);
    sockets.last.say(flushed);
    expect(sockets.all).toHaveLength(2);
    expect(sockets.all[0]?.leftBy).toBe('close');
    expect(sockets.all[0]?.sentJson.at(-1)).toEqual({ type: 'Close' });
  });

  it('fails when a vendor only drips, though something always comes', () => {
    const { mouth, sockets, clock, told } = openMouth();
    mouth.say(1, 'This is going to be slow. ');
    mouth.finish(1);
    for (let second = 0; second < 10; second += 1) {
      sockets.last.say(new Uint8Array(160));
      clock.advance(1000);
    }
    expect(told.at(-1)).toMatchObject({ type: 'failed', error: { code: 'vendor/timeout' } });
  });

  it('throws nothing, whatever comes', () => {
    const type = fc.constantFrom('Flushed', 'Cleared', 'Metadata', 'Warning', 'Error');
    const frame = fc.oneof(
      fc.string(),
      fc.json(),
      fc.uint8Array(),
      fc.record({ type, description: fc.jsonValue() }).map((sent) => JSON.stringify(sent)),
    );
    const act = fc.constantFrom('say', 'finish', 'cancel');
    fc.assert(
      fc.property(fc.array(fc.tuple(frame, act, fc.integer({ min: 1, max: 3 }))), (events) => {
        const codec = createAuraCodec({ apiKey: 'k', baseUrl, voice: 'v', nowMs: () => 0 });
        for (const [data, does, utterance] of events) {
          const steps = does === 'say' ? codec.say(utterance, 'x ') : codec[does](utterance);
          expect(Array.isArray(steps)).toBe(true);
          expect(Array.isArray(codec.decode(data))).toBe(true);
        }
      }),
    );
  });
});
