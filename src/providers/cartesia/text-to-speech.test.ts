/** Cartesia's voices over frames written from its protocol reference. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../base/clock.ts';
import { createFakeSockets, type FakeSockets } from '../../ports/contracts/fake-sockets.ts';
import { describeTextToSpeechContract, type SpeakingVendor } from '../../ports/contracts/text-to-speech.contract.ts';
import type { SpeakingEvent } from '../../ports/text-to-speech.ts';
import { createSonicCodec } from './sonic-codec.ts';
import { createCartesiaTextToSpeech } from './text-to-speech.ts';

const baseUrl = 'https://api.cartesia.example';
const voice = '00000000-0000-4000-8000-000000000001';

const chunk = (context_id: unknown, sound: Uint8Array) => ({
  type: 'chunk',
  context_id,
  data: Buffer.from(sound).toString('base64'),
  done: false,
  status_code: 206,
  step_time: 31.2,
});
const done = (context_id: unknown) => ({ type: 'done', context_id, done: true, status_code: 200 });
type Times = { words: string[]; start: number[]; end: number[] };
const timestamps = (context_id: unknown, word_timestamps: Times) => ({
  type: 'timestamps',
  context_id,
  done: false,
  status_code: 206,
  word_timestamps,
});

/** The contexts of a socket as the vendor keeps them. */
function createVendor(sockets: FakeSockets): SpeakingVendor {
  let accepts = false;
  const requests = () => sockets.last.sentJson.filter((frame) => frame.cancel !== true);
  const context = () => requests().at(-1)?.context_id;
  const inContext = () => requests().filter((frame) => frame.context_id === context());
  return {
    accept() {
      accepts = true;
      sockets.last.accept();
    },
    refuse: (status, said) => sockets.last.refuse(status, said),
    goAway: () => sockets.last.end(1006, 'connect ECONNREFUSED'),
    get text() {
      return inContext()
        .map((frame) => frame.transcript)
        .join('');
    },
    get isFinished() {
      return accepts && inContext().at(-1)?.continue === false;
    },
    sound(sound, words) {
      if (words) {
        const toSeconds = (ms: number) => ms / 1000;
        const start = words.map(({ startMs }) => toSeconds(startMs));
        const end = words.map(({ endMs }) => toSeconds(endMs));
        const spoken = words.map(({ word }) => word);
        sockets.last.say(timestamps(context(), { words: spoken, start, end }));
      }
      sockets.last.say(chunk(context(), sound));
    },
    spoken: () => sockets.last.say(done(context())),
    sendNonsense: () =>
      sockets.last.say(
        '',
        '{',
        'null',
        '[1]',
        { type: 'chunk' },
        { type: 'chunk', context_id: 7, data: 7 },
        {
          type: 'timestamps',
          context_id: context(),
          word_timestamps: 'none',
        },
        Uint8Array.of(1, 2, 3),
      ),
    sendTooMuch: () => sockets.last.say('x'.repeat(5_000_000)),
    cut: () => sockets.last.end(1006),
    get live() {
      return sockets.live;
    },
  };
}

describeTextToSpeechContract("cartesia's sonic", () => ({
  name: 'sonic-3',
  create({ clock, apiKey }) {
    const sockets = createFakeSockets();
    const tts = createCartesiaTextToSpeech({ apiKey, baseUrl, voice, clock, openSocket: sockets.openSocket });
    return { tts, vendor: createVendor(sockets) };
  },
}));

function openMouth(named: string | null = null) {
  const clock = createFakeClock();
  const sockets = createFakeSockets();
  const told: SpeakingEvent[] = [];
  const tts = createCartesiaTextToSpeech({ apiKey: 'k-1', baseUrl, voice, clock, openSocket: sockets.openSocket });
  const mouth = tts.speak({ language: 'en-US', voice: named, on: (event) => told.push(event) });
  return { clock, sockets, told, mouth };
}

describe('sonic', () => {
  it('asks for telephone sound of each utterance in a context of its own', () => {
    const { mouth, sockets } = openMouth();
    sockets.last.accept();
    mouth.say(1, 'Sure, ');
    mouth.say(1, 'one moment. ');
    mouth.finish(1);
    expect(sockets.last.target.url).toBe('wss://api.cartesia.example/tts/websocket');
    expect(sockets.last.target.headers).toEqual({ Authorization: 'Bearer k-1', 'Cartesia-Version': '2026-08-14' });
    const [first, second, last] = sockets.last.sentJson;
    const context_id = first?.context_id;
    expect(first).toEqual({
      context_id,
      model_id: 'sonic-3',
      transcript: 'Sure, ',
      continue: true,
      voice: { mode: 'id', id: voice },
      language: 'en',
      output_format: { container: 'raw', encoding: 'pcm_mulaw', sample_rate: 8000 },
      add_timestamps: true,
      max_buffer_delay_ms: 0,
    });
    expect(second).toEqual({ ...first, transcript: 'one moment. ' });
    expect(last).toEqual({ ...first, transcript: '', continue: false });
    mouth.say(2, 'Yes. ');
    expect(sockets.last.sentJson.at(-1)?.context_id).not.toBe(context_id);
    expect(sockets.all).toHaveLength(1);
  });

  it('speaks with the voice that is named', () => {
    const { mouth, sockets } = openMouth('another-voice');
    sockets.last.accept();
    mouth.say(1, 'Hello. ');
    expect(sockets.last.sentJson[0]?.voice).toEqual({ mode: 'id', id: 'another-voice' });
  });

  it('cancels the context, and takes its late failure for nothing', () => {
    const { mouth, sockets, told } = openMouth();
    sockets.last.accept();
    mouth.say(1, 'Hello. ');
    const context_id = sockets.last.sentJson[0]?.context_id;
    mouth.cancel(1);
    expect(sockets.last.sentJson.at(-1)).toEqual({ context_id, cancel: true });
    sockets.last.say({
      type: 'error',
      context_id,
      status_code: 400,
      title: 'No such context',
      message: '',
      done: true,
    });
    expect(told).toEqual([]);
  });

  it('goes on in another context, and on the same time, when one was over before all text had come', () => {
    const { mouth, sockets, told } = openMouth();
    sockets.last.accept();
    mouth.say(1, 'Let me see. ');
    const first = sockets.last.sentJson[0]?.context_id;
    sockets.last.say(
      timestamps(first, { words: ['Let'], start: [0], end: [0.2] }),
      chunk(first, new Uint8Array(8000)),
      done(first),
    );
    mouth.say(1, 'Yes. ');
    const second = sockets.last.sentJson.at(-1)?.context_id;
    expect(second).not.toBe(first);
    sockets.last.say(
      timestamps(second, { words: ['Yes.'], start: [0.1], end: [0.3] }),
      chunk(second, new Uint8Array(800)),
    );
    mouth.finish(1);
    expect(told.flatMap((event) => (event.type === 'words' ? event.words : []))).toEqual([
      { word: 'Let', startMs: 0, endMs: 200 },
      { word: 'Yes.', startMs: 1100, endMs: 1300 },
    ]);
    expect(told.some(({ type }) => type === 'spoken')).toBe(false);
    sockets.last.say(done(second));
    expect(told.at(-1)).toEqual({ type: 'spoken', utterance: 1 });
  });

  it('has nothing more to say when all of its text was spoken before it was finished', () => {
    const { mouth, sockets, told } = openMouth();
    sockets.last.accept();
    mouth.say(1, 'Yes. ');
    const context_id = sockets.last.sentJson[0]?.context_id;
    sockets.last.say(chunk(context_id, new Uint8Array(800)), done(context_id));
    mouth.finish(1);
    expect(told.at(-1)).toEqual({ type: 'spoken', utterance: 1 });
  });

  it('opens its socket again when the vendor has closed an idle one', () => {
    const { mouth, sockets, told, clock } = openMouth();
    sockets.last.accept();
    mouth.say(1, 'Yes. ');
    mouth.finish(1);
    sockets.last.say(done(sockets.last.sentJson[0]?.context_id));
    sockets.last.end(1000, 'connection idle timeout');
    expect(sockets.live).toBe(0);
    mouth.say(2, 'Are you still there? ');
    expect(sockets.all).toHaveLength(2);
    sockets.last.accept();
    expect(sockets.last.sentJson[0]?.transcript).toBe('Are you still there? ');
    mouth.close();
    expect(told).toEqual([{ type: 'spoken', utterance: 1 }]);
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([
    [402, 'vendor/refused'],
    [429, 'vendor/busy'],
    [500, 'vendor/unavailable'],
  ])('fails when a context is answered with %i', (status_code, code) => {
    const { mouth, sockets, told } = openMouth();
    sockets.last.accept();
    mouth.say(1, 'Hello. ');
    const context_id = sockets.last.sentJson[0]?.context_id;
    sockets.last.say({ type: 'error', context_id, status_code, title: 'No', message: 'k-1 will not do', done: true });
    expect(told).toMatchObject([{ type: 'failed', error: { code } }]);
    expect(sockets.live).toBe(0);
  });

  it('throws nothing, whatever comes', () => {
    const context = fc.constantFrom('utterance-1-1', 'utterance-2-1', 'other');
    const frame = fc.oneof(
      fc.string(),
      fc.json(),
      fc.uint8Array(),
      fc
        .record({
          type: fc.constantFrom('chunk', 'timestamps', 'done', 'error', 'flush_done'),
          context_id: fc.oneof(context, fc.jsonValue()),
          data: fc.oneof(fc.base64String(), fc.jsonValue()),
          status_code: fc.jsonValue(),
          word_timestamps: fc.oneof(
            fc.jsonValue(),
            fc.record({ words: fc.array(fc.string()), start: fc.array(fc.double()), end: fc.array(fc.double()) }),
          ),
        })
        .map((sent) => JSON.stringify(sent)),
    );
    fc.assert(
      fc.property(fc.array(frame), (frames) => {
        const codec = createSonicCodec({ apiKey: 'k', baseUrl, model: 'sonic-3', voice, language: 'en' });
        codec.say(1, 'one');
        codec.say(2, 'two');
        codec.finish(1);
        for (const each of frames) expect(Array.isArray(codec.decode(each))).toBe(true);
      }),
    );
  });
});
