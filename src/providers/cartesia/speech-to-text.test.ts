/** Cartesia's two recognizers over frames written from its protocol reference. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../base/clock.ts';
import { createFakeSockets } from '../../ports/contracts/fake-sockets.ts';
import { describeSpeechToTextContract, type HearingVendor } from '../../ports/contracts/speech-to-text.contract.ts';
import type { HearingEvent } from '../../ports/speech-to-text.ts';
import { createManualDecoder } from './manual-codec.ts';
import { createCartesiaSpeechToText } from './speech-to-text.ts';
import { createTurnsDecoder } from './turns-codec.ts';

const baseUrl = 'https://api.cartesia.example';
const fatal = {
  type: 'error',
  done: true,
  status_code: 500,
  error_code: 'internal',
  title: 'Sorry',
  message: 'It broke',
  request_id: 'r-1',
};

const turns: HearingVendor = {
  welcome: [{ type: 'connected', request_id: 'r-1' }],
  started: [{ type: 'turn.start' }],
  partial: (transcript) => [{ type: 'turn.update', transcript }],
  over: (transcript) => [{ type: 'turn.end', transcript }],
  eager: {
    mayBeOver: (transcript) => [{ type: 'turn.eager_end', transcript }],
    resumed: () => [{ type: 'turn.resume' }],
  },
  asksToSettle: null,
  settled: (transcript) => [{ type: 'turn.end', transcript }],
  soundOf: (frame) => (typeof frame === 'string' ? null : frame),
  fatal: [fatal],
};

const transcript = (text: string, is_final: boolean) => ({
  type: 'transcript',
  text,
  is_final,
  duration: 0.9,
  language: 'en',
  words: [{ word: 'x', start: 0, end: 0.3 }],
  request_id: 'r-1',
});

const manual: HearingVendor = {
  welcome: [],
  started: null,
  partial: (text) => [transcript(text, false)],
  over: null,
  eager: null,
  asksToSettle: (frame) => frame === 'finalize',
  settled: (text) => [transcript(text, true), { type: 'flush_done', request_id: 'r-1' }],
  soundOf: (frame) => (typeof frame === 'string' ? null : frame),
  fatal: [fatal],
};

for (const model of ['ink-2', 'ink-whisper']) {
  describeSpeechToTextContract(`cartesia's ${model}`, () => ({
    name: model,
    create: (parts) => createCartesiaSpeechToText({ ...parts, baseUrl, model }),
    vendor: () => (model === 'ink-2' ? turns : manual),
  }));
}

function openEars(model: string, keyterms: string[] = []) {
  const clock = createFakeClock();
  const sockets = createFakeSockets();
  const told: HearingEvent[] = [];
  const stt = createCartesiaSpeechToText({ apiKey: 'k-1', baseUrl, model, clock, openSocket: sockets.openSocket });
  const ears = stt.listen({ language: 'en-US', keyterms, on: (event) => told.push(event) });
  const overs = () => told.flatMap((event) => (event.type === 'turn-over' ? event.text : []));
  return { stt, sockets, told, ears, url: new URL(sockets.last.target.url), overs };
}

describe('ink-2', () => {
  it('asks for telephone sound, with its key and the version in headers', () => {
    const { url, sockets, stt } = openEars('ink-2', ['Ada', 'Lovelace']);
    expect(`${url.origin}${url.pathname}`).toBe('wss://api.cartesia.example/stt/turns/websocket');
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      model: 'ink-2',
      encoding: 'pcm_mulaw',
      sample_rate: '8000',
    });
    expect(url.searchParams.getAll('keyterm')).toEqual(['Ada', 'Lovelace']);
    expect(sockets.last.target.headers).toMatchObject({
      Authorization: 'Bearer k-1',
      'Cartesia-Version': '2026-08-14',
    });
    expect(stt).toMatchObject({ name: 'cartesia/ink-2', endOfTurn: 'model', eager: true });
  });

  it('leaves out the keyterms that are too many', () => {
    expect(openEars('ink-2', Array(150).fill('Ada')).url.searchParams.getAll('keyterm')).toHaveLength(100);
    expect(openEars('ink-2', Array(50).fill('x'.repeat(100))).url.searchParams.getAll('keyterm')).toHaveLength(12);
  });

  it('gives the rest of a turn that we have settled ahead of it as a turn of its own', () => {
    const { ears, sockets, overs } = openEars('ink-2');
    sockets.last.accept();
    sockets.last.say({ type: 'turn.start' }, { type: 'turn.update', transcript: 'my name is' });
    ears.settle();
    sockets.last.say({ type: 'turn.update', transcript: 'my name is' });
    expect(overs()).toEqual(['my name is']);
    sockets.last.say({ type: 'turn.update', transcript: 'my name is Ada' });
    sockets.last.say({ type: 'turn.end', transcript: 'my name is Ada.' });
    sockets.last.say({ type: 'turn.start' }, { type: 'turn.end', transcript: 'Yes.' });
    expect(overs()).toEqual(['my name is', 'Ada.', 'Yes.']);
  });
});

describe('ink-whisper', () => {
  it('asks for telephone sound in its language, and is told by plain words', () => {
    const { url, stt, sockets, ears } = openEars('ink-whisper');
    expect(`${url.origin}${url.pathname}`).toBe('wss://api.cartesia.example/stt/websocket');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      model: 'ink-whisper',
      language: 'en',
      encoding: 'pcm_mulaw',
      sample_rate: '8000',
    });
    expect(stt).toMatchObject({ name: 'cartesia/ink-whisper', endOfTurn: 'none', eager: false });
    sockets.last.accept();
    ears.settle();
    ears.close();
    expect(sockets.last.sent).toEqual(['finalize', 'close']);
  });

  it('joins segments into the words of a turn', () => {
    const { ears, sockets, told, overs } = openEars('ink-whisper');
    sockets.last.accept();
    sockets.last.say(transcript('good ', true), transcript('morn', false), transcript(' morning', true));
    expect(told.at(-1)).toEqual({ type: 'heard', text: 'good morning' });
    ears.settle();
    sockets.last.say({ type: 'flush_done' });
    expect(overs()).toEqual(['good morning']);
  });
});

const anyFrame = fc.oneof(
  fc.string(),
  fc.json(),
  fc
    .record({
      type: fc.constantFrom('turn.start', 'turn.update', 'turn.eager_end', 'turn.resume', 'turn.end', 'transcript'),
      transcript: fc.oneof(fc.string(), fc.jsonValue()),
      text: fc.oneof(fc.string(), fc.jsonValue()),
      is_final: fc.jsonValue(),
    })
    .map((frame) => JSON.stringify(frame)),
);

describe('whatever cartesia sends', () => {
  it('throws nothing', () => {
    fc.assert(
      fc.property(fc.array(anyFrame), (frames) => {
        const decoder = createTurnsDecoder();
        const decodeManual = createManualDecoder();
        for (const frame of frames) {
          expect(Array.isArray(decoder.decode(frame))).toBe(true);
          decoder.cut();
          expect(Array.isArray(decodeManual(frame))).toBe(true);
        }
      }),
    );
  });
});
