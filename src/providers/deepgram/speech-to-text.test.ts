/** Deepgram's two recognizers over frames written from its protocol reference. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../base/clock.ts';
import { createFakeSockets } from '../../ports/contracts/fake-sockets.ts';
import {
  describeSpeechToTextContract,
  type HearingVendor,
  type VendorFrame,
} from '../../ports/contracts/speech-to-text.contract.ts';
import type { HearingEvent } from '../../ports/speech-to-text.ts';
import { createFluxDecoder } from './flux-codec.ts';
import { createNovaDecoder } from './nova-codec.ts';
import { createDeepgramSpeechToText } from './speech-to-text.ts';

const baseUrl = 'https://api.deepgram.example';
const soundOf = (frame: string | Uint8Array) => (typeof frame === 'string' ? null : frame);

/** One `Results` as v1/listen sends it. */
function results(transcript: string, marks: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    type: 'Results',
    channel_index: [0, 1],
    start: 0,
    duration: 1.02,
    is_final: false,
    speech_final: false,
    channel: {
      alternatives: [{ transcript, confidence: 0.98, words: [{ word: 'x', start: 0.1, end: 0.5, confidence: 0.9 }] }],
    },
    metadata: { request_id: 'r-1', model_info: { name: 'nova-3', version: 'v', arch: 'nova-3' }, model_uuid: 'm-1' },
    ...marks,
  };
}

const nova: HearingVendor = {
  welcome: [],
  started: null,
  partial: (text) => [results(text)],
  over: (text) => [results(text, { is_final: true, speech_final: true })],
  eager: null,
  asksToSettle: (frame) => frame === '{"type":"Finalize"}',
  settled: (text) => [results(text, { is_final: true, from_finalize: true })],
  soundOf,
  fatal: [{ type: 'Error', description: 'The model failed', message: 'sorry', variant: 'x' }],
};

function createFluxVendor(): HearingVendor {
  let sequence = 0;
  let turnIndex = 0;
  const turn = (event: string, transcript: string) => {
    sequence += 1;
    const words = transcript.split(' ').map((word) => ({ word, confidence: 0.9 }));
    const frame = { type: 'TurnInfo', request_id: 'r-1', sequence_id: sequence, event, turn_index: turnIndex };
    if (event === 'EndOfTurn') turnIndex += 1;
    const window = { audio_window_start: 0, audio_window_end: 1.3 };
    return { ...frame, ...window, transcript, words, end_of_turn_confidence: 0.4 };
  };
  return {
    welcome: [{ type: 'Connected', request_id: 'r-1', sequence_id: 0 }],
    started: [turn('Update', ''), turn('StartOfTurn', '')],
    partial: (text) => [turn('Update', text)],
    over: (text) => [turn('EndOfTurn', text)],
    eager: { mayBeOver: (text) => [turn('EagerEndOfTurn', text)], resumed: () => [turn('TurnResumed', '')] },
    asksToSettle: (frame) => frame === '{"type":"ForceEndTurn"}',
    settled: (text) => [turn('EndOfTurn', text)],
    soundOf,
    fatal: [{ type: 'Error', sequence_id: 4, code: 'INTERNAL_SERVER_ERROR', description: 'sorry' }],
  };
}

for (const model of ['nova-3', 'flux-general-en']) {
  describeSpeechToTextContract(`deepgram's ${model}`, () => ({
    name: model,
    create: (parts) => createDeepgramSpeechToText({ ...parts, baseUrl, model }),
    vendor: model === 'nova-3' ? () => nova : createFluxVendor,
  }));
}

function openEars(model: string, language = 'en-US') {
  const clock = createFakeClock();
  const sockets = createFakeSockets();
  const told: HearingEvent[] = [];
  const stt = createDeepgramSpeechToText({ apiKey: 'k-1', baseUrl, model, clock, openSocket: sockets.openSocket });
  const ears = stt.listen({ language, keyterms: ['Ada', 'Lovelace & Co'], on: (event) => told.push(event) });
  const url = new URL(sockets.last.target.url);
  const overs = () => told.flatMap((event) => (event.type === 'turn-over' ? event.text : []));
  return { stt, clock, sockets, told, ears, url, overs };
}

describe('nova', () => {
  it('asks for telephone sound, words at once and pauses, with its key in a header', () => {
    const { url, sockets, stt } = openEars('nova-3');
    expect(`${url.origin}${url.pathname}`).toBe('wss://api.deepgram.example/v1/listen');
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      model: 'nova-3',
      encoding: 'mulaw',
      sample_rate: '8000',
      language: 'en-US',
      interim_results: 'true',
      endpointing: '300',
      utterance_end_ms: '1000',
    });
    expect(url.searchParams.getAll('keyterm')).toEqual(['Ada', 'Lovelace & Co']);
    expect(sockets.last.target.headers).toEqual({ Authorization: 'Token k-1' });
    expect(stt).toMatchObject({ name: 'deepgram/nova-3', endOfTurn: 'pause', eager: false });
  });

  it('joins settled segments into the words of one turn', () => {
    const { sockets, told, overs } = openEars('nova-3');
    sockets.last.accept();
    sockets.last.say(
      results('my number'),
      results('my number is five', { is_final: true }),
      results('five', { start: 1.02 }),
      results('', { start: 2, is_final: true }),
      results('five five.', { start: 3, is_final: true, speech_final: true }),
    );
    expect(told.flatMap((event) => (event.type === 'heard' ? event.text : []))).toEqual([
      'my number',
      'my number is five',
      'my number is five five',
      'my number is five',
    ]);
    expect(overs()).toEqual(['my number is five five five.']);
  });

  it('ends the turn at UtteranceEnd where no pause was heard, and only then', () => {
    const { sockets, overs } = openEars('nova-3');
    sockets.last.accept();
    const utteranceEnd = (last_word_end: number) => ({ type: 'UtteranceEnd', channel: [0, 1], last_word_end });
    sockets.last.say(results('in a noisy street', { is_final: true }), utteranceEnd(1.4));
    expect(overs()).toEqual(['in a noisy street']);
    // The pause was heard, so this one tells nothing new; neither does one that is about words before these.
    sockets.last.say(results('quiet now', { start: 5, is_final: true, speech_final: true }), utteranceEnd(6));
    sockets.last.say(results('and then', { start: 8 }), utteranceEnd(6));
    expect(overs()).toEqual(['in a noisy street', 'quiet now']);
    sockets.last.say(results('and then', { start: 8, is_final: true }), utteranceEnd(6));
    expect(overs()).toHaveLength(2);
    // Words that are not settled when the pause comes end the turn as soon as they are.
    sockets.last.say(results('some', { start: 9 }), utteranceEnd(9.5), results('some', { start: 9, is_final: true }));
    expect(overs()).toEqual(['in a noisy street', 'quiet now', 'and then some']);
  });

  it('does not tell the words of a turn twice when a pause and our asking for it meet', () => {
    const { ears, sockets, overs } = openEars('nova-3');
    sockets.last.accept();
    sockets.last.say(results('yes'));
    ears.settle();
    sockets.last.say(
      results('yes please', { is_final: true, speech_final: true }),
      results('', { is_final: true, from_finalize: true }),
    );
    expect(overs()).toEqual(['yes please']);
  });

  it('keeps the socket alive only while no sound is sent, and says good-bye', () => {
    const { ears, sockets, clock } = openEars('nova-3');
    sockets.last.accept();
    for (let ms = 0; ms < 12_000; ms += 1000) {
      ears.hear(new Uint8Array(160).fill(0xff));
      clock.advance(1000);
    }
    expect(sockets.last.sentJson).toEqual([]);
    clock.advance(8000);
    expect(sockets.last.sentJson).toEqual([{ type: 'KeepAlive' }, { type: 'KeepAlive' }]);
    ears.close();
    expect(sockets.last.sentJson.at(-1)).toEqual({ type: 'CloseStream' });
    expect(sockets.last.leftBy).toBe('close');
    expect(clock.pendingTimers).toBe(0);
  });

  it('sends each piece of sound at once', () => {
    const { ears, sockets } = openEars('nova-3');
    sockets.last.accept();
    ears.hear(new Uint8Array(160));
    expect(sockets.last.sent).toEqual([new Uint8Array(160)]);
  });
});

describe('flux', () => {
  it('asks for telephone sound and for eager ends of turn', () => {
    const { url, stt } = openEars('flux-general-en');
    expect(`${url.origin}${url.pathname}`).toBe('wss://api.deepgram.example/v2/listen');
    const asked = Object.fromEntries(url.searchParams);
    expect(asked).toMatchObject({ model: 'flux-general-en', encoding: 'mulaw', sample_rate: '8000' });
    expect(Number(asked.eager_eot_threshold)).toBeLessThanOrEqual(Number(asked.eot_threshold));
    expect(url.searchParams.get('language_hint')).toBeNull();
    expect(stt).toMatchObject({ name: 'deepgram/flux-general-en', endOfTurn: 'model', eager: true });
    expect(openEars('flux-general-multi', 'es-MX').url.searchParams.get('language_hint')).toBe('es');
  });

  it('joins sound into pieces of 80 ms, and holds none back when it is asked to settle', () => {
    const { ears, sockets } = openEars('flux-general-en');
    sockets.last.accept();
    const lengths = () => sockets.last.sent.map((frame) => (typeof frame === 'string' ? frame : frame.length));
    for (let piece = 0; piece < 9; piece += 1) ears.hear(new Uint8Array(160));
    expect(lengths()).toEqual([640, 640]);
    ears.settle();
    expect(lengths()).toEqual([640, 640, 160, '{"type":"ForceEndTurn"}']);
    ears.hear(new Uint8Array(1500));
    expect(lengths().slice(4)).toEqual([640, 640]);
  });

  it('drops what comes late about a turn that is over', () => {
    const { sockets, told } = openEars('flux-general-en');
    sockets.last.accept();
    const info = (event: string, turn_index: number, transcript: string) => ({
      type: 'TurnInfo',
      event,
      turn_index,
      transcript,
    });
    sockets.last.say(info('StartOfTurn', 0, 'yes'), info('EndOfTurn', 0, 'yes'));
    const before = told.length;
    sockets.last.say(info('Update', 0, 'yes'), info('EndOfTurn', 0, 'yes'), info('Update', 1, ''));
    expect(told).toHaveLength(before);
    sockets.last.say(info('StartOfTurn', 1, 'no'));
    expect(told.slice(before)).toEqual([{ type: 'speech-started' }, { type: 'heard', text: 'no' }]);
  });
});

const anyFrame: fc.Arbitrary<string> = fc.oneof(
  fc.string(),
  fc.json(),
  fc
    .record({
      type: fc.constantFrom('Results', 'TurnInfo', 'UtteranceEnd', 'SpeechStarted', 'Error'),
      event: fc.oneof(fc.constantFrom('StartOfTurn', 'Update', 'EagerEndOfTurn', 'EndOfTurn'), fc.jsonValue()),
      transcript: fc.oneof(fc.string(), fc.jsonValue()),
      turn_index: fc.oneof(fc.integer(), fc.jsonValue()),
      is_final: fc.jsonValue(),
      speech_final: fc.boolean(),
      channel: fc.oneof(fc.jsonValue(), fc.record({ alternatives: fc.array(fc.record({ transcript: fc.string() })) })),
      last_word_end: fc.oneof(fc.double(), fc.jsonValue()),
    })
    .map((frame) => JSON.stringify(frame)),
);

describe('whatever deepgram sends', () => {
  it.each([
    ['nova', createNovaDecoder],
    ['flux', createFluxDecoder],
  ])('%s throws nothing', (_name, create) => {
    fc.assert(
      fc.property(fc.array(anyFrame), (frames: VendorFrame[]) => {
        const decode = create();
        for (const frame of frames) expect(Array.isArray(decode(String(frame)))).toBe(true);
      }),
    );
  });
});
