/** ElevenLabs' voices on frames written from their protocol. */
import { setImmediate as nextTick } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFakeClock, systemClock, waitFor } from '../../base/clock.ts';
import { openWebSocket } from '../../base/open-socket.ts';
import { createSeededRandom } from '../../base/random.ts';
import { createFakeSockets, type FakeSockets } from '../../ports/contracts/fake-sockets.ts';
import { describeRoundTrip, isLive } from '../../ports/contracts/round-trip.contract.ts';
import { describeTextToSpeechContract, type SpeakingVendor } from '../../ports/contracts/text-to-speech.contract.ts';
import type { SpeakingEvent } from '../../ports/text-to-speech.ts';
import { createSpeechVendors } from '../../simulator/vendors/create-speech-vendors.ts';
import { createSketchVoice } from '../../simulator/voices/sketch-voice.ts';
import { elevenLabsSettings } from './settings.ts';
import { createElevenLabsSpeechToText } from './speech-to-text.ts';
import { createElevenLabsTextToSpeech } from './text-to-speech.ts';
import { decodeSpeech, toSpeechTarget } from './text-to-speech-codec.ts';

const access = {
  apiKey: 'key-1',
  baseUrl: 'https://api.elevenlabs.io',
  model: 'eleven_flash_v2_5',
  voice: 'voice/1',
};
const base64 = (sound: Uint8Array) => Buffer.from(sound).toString('base64');

/** What the vendor sends with the sound of these words, each of which ends with a space. */
function toAlignment(words: readonly { word: string; startMs: number; endMs: number }[]) {
  const letters = words.flatMap(({ word, startMs, endMs }) => {
    const eachMs = (endMs - startMs) / word.length;
    const spelled = [...word].map((char, at) => ({
      char,
      startMs: Math.round(startMs + at * eachMs),
      ms: Math.round(eachMs),
    }));
    return [...spelled, { char: ' ', startMs: endMs, ms: 0 }];
  });
  return {
    charStartTimesMs: letters.map(({ startMs }) => startMs),
    charDurationsMs: letters.map(({ ms }) => ms),
    chars: letters.map(({ char }) => char),
  };
}

function createVendor(sockets: FakeSockets): SpeakingVendor {
  let accepting = false;
  const sent = () => sockets.last.sentJson;
  const newest = () => sent().findLast(({ text }) => typeof text === 'string' && text.trim() !== '')?.context_id;
  return {
    accept() {
      accepting = true;
      sockets.last.accept();
    },
    refuse: (status, said) => sockets.last.refuse(status, said),
    goAway: () => sockets.last.end(1006),
    get text() {
      const texts = sent().filter(({ context_id, text }) => context_id === newest() && typeof text === 'string');
      return texts
        .map(({ text }) => String(text))
        .filter((text) => text !== ' ')
        .join('');
    },
    get isFinished() {
      return sent().some(({ context_id, close_context }) => context_id === newest() && close_context === true);
    },
    sound: (sound, words = []) =>
      sockets.last.say({
        audio: base64(sound),
        isFinal: null,
        contextId: newest(),
        alignment: words.length > 0 ? toAlignment(words) : null,
        normalizedAlignment: null,
      }),
    spoken: () => sockets.last.say({ audio: null, isFinal: true, contextId: newest() }),
    sendNonsense: () =>
      sockets.last.say('', '{', 'null', '[]', '7', '{"audio":7,"contextId":7}', Uint8Array.of(0, 159, 146, 150), {
        audio: 'AAAA',
        contextId: 'of nobody',
      }),
    sendTooMuch: () => sockets.last.say('x'.repeat(5_000_000)),
    cut: () => sockets.last.end(1006),
    get live() {
      return accepting || sockets.all.length > 0 ? sockets.live : 0;
    },
  };
}

describeTextToSpeechContract('elevenlabs', () => ({
  name: 'elevenlabs',
  create({ clock, apiKey }) {
    const sockets = createFakeSockets();
    const { openSocket } = sockets;
    return {
      tts: createElevenLabsTextToSpeech({ ...access, apiKey, openSocket, clock }),
      vendor: createVendor(sockets),
    };
  },
}));

describeRoundTrip('a simulated elevenlabs', (apiKey = 'right') => {
  const clock = createFakeClock();
  const { openSocket } = createSpeechVendors({
    ...{ clock, random: createSeededRandom(1), synthesize: createSketchVoice(), brain: async function* () {} },
    keys: { elevenlabs: 'right' },
  });
  const parts = { ...access, apiKey, openSocket, clock };
  return {
    tts: createElevenLabsTextToSpeech(parts),
    stt: createElevenLabsSpeechToText({ ...parts, model: 'scribe_v2_realtime' }),
    async pass(ms) {
      clock.advance(ms);
      await nextTick();
    },
  };
});

if (isLive('elevenlabs', process.env)) {
  describeRoundTrip('elevenlabs itself', (apiKey = process.env.ELEVENLABS_API_KEY ?? '') => {
    const parts = { apiKey, openSocket: openWebSocket, clock: systemClock };
    const { ELEVENLABS_BASE_URL, ELEVENLABS_TTS_MODEL, ELEVENLABS_STT_MODEL, ELEVENLABS_VOICE_ID } = elevenLabsSettings;
    const from = { ...parts, baseUrl: ELEVENLABS_BASE_URL.schema.parse(process.env.ELEVENLABS_BASE_URL) };
    const voice = ELEVENLABS_VOICE_ID.schema.parse(process.env.ELEVENLABS_VOICE_ID);
    return {
      tts: createElevenLabsTextToSpeech({
        ...from,
        voice,
        model: ELEVENLABS_TTS_MODEL.schema.parse(process.env.ELEVENLABS_TTS_MODEL),
      }),
      stt: createElevenLabsSpeechToText({
        ...from,
        model: ELEVENLABS_STT_MODEL.schema.parse(process.env.ELEVENLABS_STT_MODEL),
      }),
      pass: (ms) => waitFor(systemClock, ms),
    };
  });
}

function speak(hearing: (event: SpeakingEvent) => void = () => {}) {
  const clock = createFakeClock();
  const sockets = createFakeSockets();
  const told: SpeakingEvent[] = [];
  const on = (event: SpeakingEvent) => {
    told.push(event);
    hearing(event);
  };
  const tts = createElevenLabsTextToSpeech({ ...access, openSocket: sockets.openSocket, clock });
  const mouth = tts.speak({ language: 'en-US', voice: null, on });
  sockets.last.accept();
  const say = (frame: Record<string, unknown>) => sockets.last.say(frame);
  return { clock, sockets, mouth, told, say, sent: () => sockets.last.sentJson };
}

const sound = (ms: number) => base64(new Uint8Array(ms * 8).fill(0x55));
const wordsOf = (told: readonly SpeakingEvent[]) =>
  told.flatMap((event) => (event.type === 'words' ? event.words : []));

describe("ElevenLabs' voices", () => {
  it('are asked for telephone sound, with times, spoken at once', () => {
    const { url, headers } = toSpeechTarget({ ...access, language: 'en-US' });
    expect(url).toMatch(/^wss:\/\/api\.elevenlabs\.io\/v1\/text-to-speech\/voice%2F1\/multi-stream-input\?/u);
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual({
      model_id: 'eleven_flash_v2_5',
      output_format: 'ulaw_8000',
      auto_mode: 'true',
      sync_alignment: 'true',
      inactivity_timeout: '60',
      language_code: 'en',
    });
    expect(headers).toEqual({ 'xi-api-key': 'key-1' });
  });

  it('are told no language where the model takes none', () => {
    const { url } = toSpeechTarget({ ...access, model: 'eleven_multilingual_v2', language: 'en-US' });
    expect(new URL(url).searchParams.has('language_code')).toBe(false);
  });

  it('speak each utterance in a context of its own, opened first and closed when it is finished', () => {
    const { mouth, sent, say } = speak();
    mouth.say(1, 'Hello, ');
    mouth.say(1, 'there.');
    mouth.finish(1);
    say({ isFinal: true, contextId: 'c1' });
    mouth.say(2, 'Again. ');
    expect(sent()).toEqual([
      { text: ' ', context_id: 'c1' },
      { text: 'Hello, ', context_id: 'c1' },
      { text: 'there. ', context_id: 'c1' },
      { context_id: 'c1', flush: true },
      { context_id: 'c1', close_context: true },
      { text: ' ', context_id: 'c2' },
      { text: 'Again. ', context_id: 'c2' },
    ]);
  });

  it('close the context of what was cancelled, and speak on in another', () => {
    const { mouth, sent, say, told } = speak();
    mouth.say(1, 'Hello, ');
    mouth.cancel(1);
    mouth.say(2, 'What? ');
    say({ audio: sound(20), contextId: 'c1' });
    say({ audio: sound(40), contextId: 'c2' });
    expect(sent().slice(2)).toEqual([
      { context_id: 'c1', close_context: true },
      { text: ' ', context_id: 'c2' },
      { text: 'What? ', context_id: 'c2' },
    ]);
    expect(told).toMatchObject([{ type: 'sound', utterance: 2, sound: { length: 320 } }]);
  });

  it('keep one utterance back until the one before it was spoken', () => {
    const { mouth, sent, say, told } = speak();
    mouth.say(1, 'One. ');
    mouth.finish(1);
    mouth.say(2, 'Two. ');
    mouth.finish(2);
    expect(sent().some(({ text }) => text === 'Two. ')).toBe(false);
    say({ audio: sound(20), contextId: 'c1' });
    say({ audio: null, isFinal: true, contextId: 'c1' });
    expect(sent().slice(-4)).toMatchObject([
      { text: ' ' },
      { text: 'Two. ' },
      { flush: true },
      { close_context: true },
    ]);
    say({ audio: sound(20), contextId: 'c2' });
    say({ audio: null, is_final: true, context_id: 'c2' });
    expect(told.map((event) => [event.type, 'utterance' in event && event.utterance])).toEqual([
      ['sound', 1],
      ['spoken', 1],
      ['sound', 2],
      ['spoken', 2],
    ]);
  });

  it('go on in a new context when the vendor closed one by itself', () => {
    const { mouth, sent, say, told } = speak();
    mouth.say(1, 'Well, ');
    say({
      audio: sound(100),
      contextId: 'c1',
      alignment: { chars: ['W'], charStartTimesMs: [0], charDurationsMs: [90] },
    });
    say({ audio: null, isFinal: true, contextId: 'c1' });
    expect(told.some(({ type }) => type === 'spoken')).toBe(false);
    mouth.say(1, 'now. ');
    expect(sent().at(-1)).toEqual({ text: 'now. ', context_id: 'c2' });
    say({
      audio: sound(100),
      contextId: 'c2',
      alignment: { chars: ['n', ' '], charStartTimesMs: [10, 60], charDurationsMs: [50, 40] },
    });
    expect(wordsOf(told)).toEqual([
      { word: 'W', startMs: 0, endMs: 90 },
      { word: 'n', startMs: 110, endMs: 160 },
    ]);
  });

  it('tell words whose letters come in several frames, with times over the whole utterance, in both spellings', () => {
    const { mouth, say, told } = speak();
    mouth.say(1, 'Hi you all. ');
    mouth.finish(1);
    say({
      audio: sound(300),
      contextId: 'c1',
      alignment: {
        chars: ['H', 'i', ' ', 'y'],
        charStartTimesMs: [0, 80, 150, 200],
        charDurationsMs: [80, 70, 50, 100],
      },
    });
    say({
      audio: sound(200),
      contextId: 'c1',
      alignment: { chars: ['o', 'u', ' '], charStartTimesMs: ['0', '50', '120'], charsDurationsMs: ['50', '70', '80'] },
    });
    say({
      audio: sound(100),
      contextId: 'c1',
      alignment: null,
      normalizedAlignment: {
        chars: ['a', 'l', 'l', '.'],
        charStartTimesMs: [0, 10, 20, 30],
        charDurationsMs: [10, 10, 10, 50],
      },
    });
    expect(wordsOf(told)).toEqual([
      { word: 'Hi', startMs: 0, endMs: 150 },
      { word: 'you', startMs: 200, endMs: 420 },
    ]);
    say({ audio: null, isFinal: true, contextId: 'c1' });
    expect(wordsOf(told).at(-1)).toEqual({ word: 'all.', startMs: 500, endMs: 580 });
    expect(told.at(-1)).toEqual({ type: 'spoken', utterance: 1 });
  });

  it('have no sound of an utterance that was cancelled on hearing its words', () => {
    const { mouth, say, told, sockets } = speak(({ type }) => {
      if (type === 'words') mouth.cancel(1);
    });
    mouth.say(1, 'No. ');
    say({
      audio: sound(20),
      contextId: 'c1',
      alignment: { chars: ['N', ' '], charStartTimesMs: [0, 9], charDurationsMs: [9, 9] },
    });
    expect(told.map(({ type }) => type)).toEqual(['words']);
    expect(sockets.last.sentJson.at(-1)).toEqual({ context_id: 'c1', close_context: true });
  });

  it('keep a context open while nothing is said, so that the socket stays', () => {
    const { clock, sent, mouth } = speak();
    clock.advance(40_000);
    expect(sent().slice(1)).toEqual([{ text: '', context_id: 'c1' }]);
    mouth.say(1, 'Hello. ');
    clock.advance(1000);
    mouth.cancel(1);
    clock.advance(40_000);
    expect(sent().slice(-2)).toEqual([
      { text: ' ', context_id: 'c2' },
      { text: '', context_id: 'c2' },
    ]);
  });

  it('do not wait longer for sound because more text was given', () => {
    const { clock, mouth, told } = speak();
    for (let ms = 0; ms < 3000; ms += 500) {
      mouth.say(1, 'and so on, ');
      clock.advance(500);
    }
    expect(told).toMatchObject([{ type: 'failed', error: { code: 'vendor/timeout' } }]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('are not waited for while there is no more text to speak', () => {
    const { clock, mouth, say, told } = speak();
    mouth.say(1, 'Let me see, ');
    say({ audio: sound(20), contextId: 'c1' });
    clock.advance(20_000);
    expect(told.map(({ type }) => type)).toEqual(['sound']);
  });

  it.each([
    [{ message: 'No money', error: 'quota_exceeded', code: 1008 }, 'vendor/refused'],
    [
      { message: 'A voice with voice_id x does not exist.', error: 'voice_id_does_not_exist', code: 1008 },
      'vendor/refused',
    ],
    [{ message: 'Too many', error: 'too_many_concurrent_requests', code: 1008 }, 'vendor/busy'],
    [{ message: 'Heavy traffic', error: 'system_busy', code: 1013 }, 'vendor/busy'],
    [{ message: 'Oops', error: 'internal_error', code: 1011 }, 'vendor/unavailable'],
    [{ message: 'Not allowed', code: 1008 }, 'vendor/refused'],
  ])('fail at %j as %s', (frame, code) => {
    const { mouth, say, told, sockets } = speak();
    mouth.say(1, 'Hello. ');
    say(frame);
    expect(told).toMatchObject([{ type: 'failed', error: { code, vendor: 'elevenlabs' } }]);
    expect(sockets.live).toBe(0);
  });

  it('never throw, whatever comes', () => {
    const part = fc.oneof(
      fc.anything(),
      fc.record({ chars: fc.anything(), charStartTimesMs: fc.array(fc.anything()) }),
    );
    const frame = fc.record({ audio: part, contextId: fc.constant('c1'), alignment: part, isFinal: fc.boolean() });
    fc.assert(
      fc.property(fc.array(fc.oneof(frame, fc.json(), fc.string(), fc.uint8Array())), (frames) => {
        const { mouth, sockets } = speak();
        mouth.say(1, 'Hello. ');
        for (const value of frames) {
          const data = typeof value === 'string' || value instanceof Uint8Array ? value : tryJson(value);
          expect(() => decodeSpeech(data)).not.toThrow();
          sockets.last.say(data);
        }
        mouth.close();
      }),
    );
  });
});

function tryJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}
