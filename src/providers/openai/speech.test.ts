/** OpenAI's voices against a vendor played over fetch. */
import { setImmediate as nextTick } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decimator, toTripled } from '../../audio/decimate.ts';
import { decodeMulaw, decodeMulawByte, encodeMulaw } from '../../audio/mulaw.ts';
import { createFakeClock, systemClock, waitFor } from '../../base/clock.ts';
import { openWebSocket } from '../../base/open-socket.ts';
import { describeRoundTrip, isLive } from '../../ports/contracts/round-trip.contract.ts';
import { describeTextToSpeechContract, type SpeakingVendor } from '../../ports/contracts/text-to-speech.contract.ts';
import type { SpeakingEvent } from '../../ports/text-to-speech.ts';
import { settings } from './settings.ts';
import { createOpenAiTextToSpeech } from './speech.ts';
import { createOpenAiSpeechToText } from './transcription.ts';

const access = { apiKey: 'sk-1', baseUrl: 'https://api.openai.com/v1', model: 'gpt-4o-mini-tts', voice: 'marin' };

interface Exchange {
  url: string;
  headers: Record<string, string>;
  body: { input: string } & Record<string, unknown>;
  isLive: boolean;
  isAnswered: boolean;
  answer(status?: number, body?: string, type?: string): void;
  unreachable(): void;
  send(bytes: Uint8Array): void;
  end(): void;
  cut(): void;
}

/** A server of which a test plays each answer. */
function createFakeSpeechServer() {
  const all: Exchange[] = [];
  const onRequest: ((exchange: Exchange) => void)[] = [];
  const fetch = ((url: string, init: RequestInit) =>
    new Promise<Response>((resolve, reject) => {
      let pour: ReadableStreamDefaultController<Uint8Array> | undefined;
      const stream = new ReadableStream<Uint8Array>({
        start: (controller) => {
          pour = controller;
        },
        cancel: () => {
          exchange.isLive = false;
        },
      });
      const over = (act: () => void) => {
        if (!exchange.isLive) return;
        exchange.isLive = false;
        act();
      };
      const exchange: Exchange = {
        url,
        headers: init.headers as Record<string, string>,
        body: JSON.parse(String(init.body)),
        isLive: true,
        isAnswered: false,
        answer(status = 200, body, type = 'audio/pcm') {
          exchange.isAnswered = true;
          if (body !== undefined) exchange.isLive = false;
          resolve(new Response(body ?? stream, { status, headers: { 'content-type': type } }));
        },
        unreachable: () =>
          over(() => reject(new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') }))),
        send: (bytes) => exchange.isLive && pour?.enqueue(bytes),
        end: () => over(() => pour?.close()),
        cut: () => over(() => pour?.error(new TypeError('terminated'))),
      };
      init.signal?.addEventListener('abort', () => {
        over(() => {
          reject(init.signal?.reason);
          pour?.error(init.signal?.reason);
        });
      });
      all.push(exchange);
      for (const look of onRequest) look(exchange);
    })) as typeof globalThis.fetch;
  return { fetch, all, onRequest, open: () => all.filter((exchange) => exchange.isLive) };
}

/** Exact and without delay, for a contract that compares bytes: each sample comes three times. */
const createThinner = (): Decimator => ({
  take(piece) {
    const samples = Buffer.from(piece);
    return Int16Array.from({ length: piece.length / 6 }, (_, at) => samples.readInt16LE(at * 6));
  },
  end: () => new Int16Array(0),
});

function toThrice(sound: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(sound.length * 6);
  for (const [at, byte] of sound.entries()) {
    for (let copy = 0; copy < 3; copy += 1) bytes.writeInt16LE(decodeMulawByte(byte), at * 6 + copy * 2);
  }
  return bytes;
}

function createVendor(server: ReturnType<typeof createFakeSpeechServer>): SpeakingVendor {
  let sounds = 0;
  const whenThere = (act: (exchange: Exchange) => void) => {
    const waiting = server.open().findLast((exchange) => !exchange.isAnswered);
    if (waiting) act(waiting);
    else server.onRequest.push(act);
  };
  return {
    accept() {
      for (const exchange of server.open()) exchange.answer();
      server.onRequest.push((exchange) => exchange.answer());
    },
    refuse: (status, said) =>
      whenThere((exchange) =>
        exchange.answer(status, JSON.stringify({ error: { message: said } }), 'application/json'),
      ),
    goAway: () => whenThere((exchange) => exchange.unreachable()),
    get text() {
      return server
        .open()
        .map(({ body }) => body.input)
        .join('');
    },
    // It is never told more than one text at a time.
    isFinished: true,
    sound(sound) {
      const open = server.open();
      open[Math.min(sounds, open.length - 1)]?.send(toThrice(sound));
      sounds += 1;
    },
    spoken() {
      sounds = 0;
      for (const exchange of server.open()) exchange.end();
    },
    sendNonsense: () => server.open()[0]?.send(new Uint8Array(0)),
    sendTooMuch: () => server.open()[0]?.send(new Uint8Array(5_000_000)),
    cut: () => server.open()[0]?.cut(),
    get live() {
      return server.open().length;
    },
  };
}

describeTextToSpeechContract('openai speech', () => ({
  name: 'openai speech',
  create({ clock, apiKey }) {
    const server = createFakeSpeechServer();
    const { fetch } = server;
    const tts = createOpenAiTextToSpeech({ ...access, apiKey, clock, fetch, createResampler: createThinner });
    return { tts, vendor: createVendor(server) };
  },
}));

if (isLive('openai', process.env)) {
  describeRoundTrip('openai itself', (apiKey = process.env.OPENAI_API_KEY ?? '') => {
    const baseUrl = settings.OPENAI_BASE_URL.schema.parse(process.env.OPENAI_BASE_URL);
    const from = { apiKey, baseUrl, clock: systemClock };
    const { OPENAI_TTS_MODEL, OPENAI_STT_MODEL, OPENAI_VOICE } = settings;
    const voice = OPENAI_VOICE.schema.parse(process.env.OPENAI_VOICE);
    return {
      tts: createOpenAiTextToSpeech({
        ...from,
        fetch,
        voice,
        model: OPENAI_TTS_MODEL.schema.parse(process.env.OPENAI_TTS_MODEL),
      }),
      stt: createOpenAiSpeechToText({
        ...from,
        model: OPENAI_STT_MODEL.schema.parse(process.env.OPENAI_STT_MODEL),
        openSocket: openWebSocket,
      }),
      pass: (ms) => waitFor(systemClock, ms),
    };
  });
}

function speak() {
  const clock = createFakeClock();
  const server = createFakeSpeechServer();
  const told: SpeakingEvent[] = [];
  const tts = createOpenAiTextToSpeech({ ...access, clock, fetch: server.fetch });
  const mouth = tts.speak({ language: 'en-US', voice: null, on: (event) => told.push(event) });
  const inputs = () => server.all.map(({ body }) => body.input);
  return { clock, server, mouth, told, inputs };
}

async function settled(): Promise<void> {
  for (let round = 0; round < 10; round += 1) await nextTick();
}

/** 100 ms of a quiet voice. */
const quiet = Uint8Array.from({ length: 800 }, (_, at) => 200 + ((at * 7) % 55));
const soundOf = (told: readonly SpeakingEvent[]) =>
  told.flatMap((event) => (event.type === 'sound' ? [...event.sound] : []));

describe("OpenAI's voices", () => {
  it('are asked for bare samples, with the key in its header', async () => {
    const { server, mouth } = speak();
    mouth.say(1, 'Good morning. ');
    await settled();
    expect(server.all[0]).toMatchObject({
      url: 'https://api.openai.com/v1/audio/speech',
      headers: { authorization: 'Bearer sk-1', 'content-type': 'application/json' },
      body: { model: 'gpt-4o-mini-tts', voice: 'marin', input: 'Good morning. ', response_format: 'pcm' },
    });
    mouth.close();
  });

  it('sound the same on the telephone, however the network cuts the sound', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(4800), { maxLength: 8 }), async (cuts) => {
        const { server, mouth, told } = speak();
        mouth.say(1, 'Hello. ');
        mouth.finish(1);
        server.all[0]?.answer();
        const bytes = toTripled(decodeMulaw(quiet));
        const edges = [0, ...cuts.sort((left, right) => left - right), bytes.length];
        for (const [at, edge] of edges.slice(1).entries()) server.all[0]?.send(bytes.subarray(edges[at], edge));
        server.all[0]?.end();
        await settled();
        expect(soundOf(told)).toEqual([...encodeMulaw(decodeMulaw(quiet))]);
        expect(told.at(-1)).toEqual({ type: 'spoken', utterance: 1 });
      }),
      { numRuns: 20 },
    );
  });

  it('speak clauses in order, with no more than the next one asked for ahead', async () => {
    const { server, mouth, told, inputs } = speak();
    for (const text of ['One, ', 'two, ', 'three. ']) mouth.say(1, text);
    mouth.finish(1);
    await settled();
    expect(inputs()).toEqual(['One, ', 'two, ']);
    for (const exchange of server.all) exchange.answer();
    server.all[1]?.send(toTripled(new Int16Array(80).fill(500)));
    server.all[1]?.end();
    await settled();
    expect(told).toEqual([]);
    server.all[0]?.send(toTripled(new Int16Array(80).fill(1500)));
    server.all[0]?.end();
    await settled();
    expect(inputs()).toEqual(['One, ', 'two, ', 'three. ']);
    const [first, second] = [soundOf(told).slice(0, 80), soundOf(told).slice(80)];
    expect(new Set(first)).toEqual(new Set(encodeMulaw(Int16Array.of(1500))));
    expect(new Set(second)).toEqual(new Set(encodeMulaw(Int16Array.of(500))));
    expect(told.some(({ type }) => type === 'spoken')).toBe(false);
    server.all[2]?.answer();
    server.all[2]?.send(toTripled(new Int16Array(80)));
    server.all[2]?.end();
    await settled();
    expect(told.at(-1)).toEqual({ type: 'spoken', utterance: 1 });
  });

  it('ask for the next utterance at once when the one before is cancelled', async () => {
    const { server, mouth, inputs } = speak();
    for (const text of ['One, ', 'two, ', 'three. ']) mouth.say(1, text);
    server.all[0]?.answer();
    mouth.cancel(1);
    mouth.say(2, 'What? ');
    expect(inputs()).toEqual(['One, ', 'two, ', 'What? ']);
    expect(server.open().map(({ body }) => body.input)).toEqual(['What? ']);
    mouth.close();
    expect(server.open()).toEqual([]);
    await settled();
  });

  it('are not asked for text in which there is nothing to say', async () => {
    const { server, mouth, told } = speak();
    mouth.say(1, ' … ');
    mouth.finish(1);
    await settled();
    expect(server.all).toEqual([]);
    expect(told).toEqual([{ type: 'spoken', utterance: 1 }]);
  });

  it('are asked in parts for more text than they take', async () => {
    const { mouth, inputs } = speak();
    const text = 'word '.repeat(1500);
    mouth.say(1, text);
    await settled();
    expect(inputs()).toHaveLength(2);
    expect(inputs().join('')).toBe(text);
    mouth.close();
  });

  it('do not fail because a sound takes long to hear', async () => {
    const { clock, server, mouth, told } = speak();
    mouth.say(1, 'A long sentence, as it seems. ');
    mouth.finish(1);
    server.all[0]?.answer();
    server.all[0]?.send(new Uint8Array(48_000 * 5));
    await settled();
    clock.advance(7500);
    await settled();
    expect(told.some(({ type }) => type === 'failed')).toBe(false);
    clock.advance(1000);
    await settled();
    expect(told.at(-1)).toMatchObject({ type: 'failed', error: { code: 'vendor/timeout' } });
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([
    [429, { message: 'You have no money left.', code: 'insufficient_quota' }, 'vendor/refused'],
    [429, { message: 'Slow down.', code: 'rate_limit_exceeded' }, 'vendor/busy'],
    [302, { message: 'Elsewhere.' }, 'vendor/unavailable'],
  ])('fail at %i %j as %s', async (status, error, code) => {
    const { server, mouth, told } = speak();
    mouth.say(1, 'Hello. ');
    server.all[0]?.answer(status, JSON.stringify({ error }), 'application/json');
    await settled();
    expect(told).toMatchObject([{ type: 'failed', error: { code, vendor: 'openai' } }]);
  });

  it.each([
    ['{"error":"none"}', 'application/json'],
    ['<html></html>', 'text/html; charset=utf-8'],
    ['', 'audio/pcm'],
  ])('fail when they are answered with %j of %s', async (body, type) => {
    const { server, mouth, told, clock } = speak();
    mouth.say(1, 'Hello. ');
    server.all[0]?.answer(200, body, type);
    await settled();
    expect(told).toMatchObject([{ type: 'failed', error: { code: 'vendor/broken-stream' } }]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('fail without a word of the key when the network quotes it', async () => {
    const clock = createFakeClock();
    const told: SpeakingEvent[] = [];
    const fetch = () => Promise.reject(new TypeError('fetch failed', { cause: new Error('bad header: Bearer sk-1') }));
    const mouth = createOpenAiTextToSpeech({ ...access, clock, fetch }).speak({
      language: 'en-US',
      voice: null,
      on: (event) => told.push(event),
    });
    mouth.say(1, 'Hello. ');
    await settled();
    expect(told).toMatchObject([{ type: 'failed', error: { code: 'vendor/unavailable' } }]);
    expect(JSON.stringify(told)).not.toContain('sk-1');
  });
});
