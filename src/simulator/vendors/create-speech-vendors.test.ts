import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { writeWords } from '../../audio/word-bits.ts';
import { systemClock } from '../../base/clock.ts';
import { openWebSocket } from '../../base/open-socket.ts';
import { createSeededRandom } from '../../base/random.ts';
import type { RawSocketEnd } from '../../base/raw-socket.ts';
import { sketchSpeech } from '../voices/sketch-voice.ts';
import { createSpeechVendors, type SpeechVendors } from './create-speech-vendors.ts';
import { createVirtualVendors, listen, silence, speech } from './testing/virtual-vendors.ts';

const fluxPath = '/deepgram/v2/listen?model=flux-general-en&encoding=mulaw&sample_rate=8000';
const auraPath = '/deepgram/v1/speak?model=aura-2-thalia-en&encoding=mulaw&sample_rate=8000';
const deepgramKey = { Authorization: 'Token any' };

describe('simulated vendors on real sockets', () => {
  let running: SpeechVendors | null = null;
  afterEach(() => running?.stop());

  async function start() {
    running = createSpeechVendors({
      ...{ clock: systemClock, random: createSeededRandom(1) },
      synthesize: async (text, voice) => sketchSpeech(text, voice),
      async *brain() {},
      delays: { firstSoundMs: 0, soundSpeed: Number.POSITIVE_INFINITY },
    });
    const { url } = await running.start();
    return { vendors: running, url, socketUrl: url.replace('http', 'ws') };
  }

  /** Opens a socket, sends, and waits for its end or until `isEnough`. */
  function talk(url: string, send: (string | Uint8Array)[], isEnough: (messages: string[]) => boolean = () => false) {
    return new Promise<{ messages: string[]; sound: Uint8Array; end: RawSocketEnd }>((resolve) => {
      const messages: string[] = [];
      const pieces: Uint8Array[] = [];
      const socket = openWebSocket(
        { url, headers: deepgramKey },
        {
          opened() {
            for (const one of send) socket.send(one);
          },
          message(data) {
            if (typeof data === 'string') messages.push(data);
            else pieces.push(data);
            if (isEnough(messages)) socket.close(1000, '');
          },
          closed: (end) => resolve({ messages, sound: Buffer.concat(pieces), end }),
        },
      );
    });
  }

  it('hear and speak like in-process ones', async () => {
    const { socketUrl, vendors } = await start();
    const isOver = (messages: string[]) => messages.some((message) => message.includes('EndOfTurn'));
    const heard = await talk(socketUrl + fluxPath, [Buffer.concat([speech('Hello there.'), silence(1000)])], isOver);
    expect(JSON.parse(heard.messages.at(-1) ?? '')).toMatchObject({ event: 'EndOfTurn', transcript: 'Hello there.' });
    const orders = ['{"type":"Speak","text":"Good morning."}', '{"type":"Close"}'];
    const spoken = await talk(socketUrl + auraPath, orders);
    expect(listen(spoken.sound)).toMatchObject({ text: 'Good morning.', troubles: [] });
    expect(spoken.end).toMatchObject({ code: 1000 });
    expect(vendors.sessions()).toMatchObject([
      { vendor: 'deepgram', kind: 'stt', received: { messages: 1 }, end: { by: 'application' } },
      { vendor: 'deepgram', kind: 'tts', received: { messages: 2 }, end: { by: 'vendor', code: 1000 } },
    ]);
  });

  it('refuse handshakes and requests with a status and the vendor’s words', async () => {
    const { url, socketUrl, vendors } = await start();
    const unknown = await talk(`${socketUrl}/deepgram/v9/listen`, []);
    expect(unknown.end).toMatchObject({ code: 1006, refusedStatus: 404 });
    const nobody = await talk(`${socketUrl}/acme/v1/listen`, []);
    expect(nobody.end).toMatchObject({ code: 1006, refusedStatus: null });
    vendors.faults.set('stt', '429');
    expect((await talk(socketUrl + fluxPath, [])).end).toMatchObject({ refusedStatus: 429 });
    vendors.faults.set('stt', 'refused');
    expect((await talk(socketUrl + fluxPath, [])).end).toMatchObject({ refusedStatus: null });
    const answer = await fetch(`${url}/openai/v1/audio/speech`, { method: 'POST', body: '{}' });
    expect([answer.status, await answer.json()]).toMatchObject([401, { error: { code: 'invalid_api_key' } }]);
    await expect(fetch(`${url}/nowhere`)).rejects.toThrow('fetch failed');
  });

  it('answer requests with sound, or break off', async () => {
    const { url, vendors } = await start();
    const ask = () =>
      fetch(`${url}/deepgram/v1/speak?model=aura-2-thalia-en&encoding=mulaw&sample_rate=8000`, {
        ...{ method: 'POST', headers: deepgramKey, body: '{"text":"Hello there."}' },
      });
    expect(listen(new Uint8Array(await (await ask()).arrayBuffer())).text).toBe('Hello there.');
    vendors.faults.set('tts', 'close');
    await expect(ask().then((answer) => answer.arrayBuffer())).rejects.toThrow('terminated');
  });

  it('break every connection when they stop', async () => {
    const { socketUrl, vendors } = await start();
    let isOpen = () => {};
    const opened = new Promise<void>((resolve) => {
      isOpen = resolve;
    });
    const ended = talk(socketUrl + fluxPath, [], () => {
      isOpen();
      return false;
    });
    await opened;
    await vendors.stop();
    expect((await ended).end).toMatchObject({ code: 1006 });
    expect(vendors.sessions()).toMatchObject([{ end: { by: 'stop' } }]);
  });
});

describe('simulated vendors in-process', () => {
  it('never tell anything before the call that caused it is over', async () => {
    const { vendors, pass } = createVirtualVendors();
    const told: string[] = [];
    const socket = vendors.openSocket(
      { url: `ws://box.test${auraPath}`, headers: deepgramKey },
      { opened: () => told.push('opened'), message: () => told.push('message'), closed: () => told.push('closed') },
    );
    expect(told).toEqual([]);
    await pass(20);
    expect(told).toEqual(['opened', 'message']);
    socket.send('{"type":"Clear"}');
    expect(told).toHaveLength(2);
    await pass(0);
    expect(told).toHaveLength(3);
    socket.close(1000, '');
    socket.send('{"type":"Clear"}');
    expect(told).toHaveLength(3);
    await pass(20);
    expect(told.slice(3)).toEqual(['closed']);
  });

  it('leave no timer when they stop', async () => {
    const { vendors, connect, pass, clock } = createVirtualVendors();
    const nova = connect('wss://api.deepgram.com/v1/listen?model=nova-3&encoding=mulaw&sample_rate=8000', deepgramKey);
    const aura = connect(`ws://box.test${auraPath}`, deepgramKey);
    await pass(20);
    aura.send({ type: 'Speak', text: 'Hello there, how are you?' });
    aura.send({ type: 'Flush' });
    await pass(20);
    expect(clock.pendingTimers).toBeGreaterThan(0);
    await vendors.stop();
    await pass(20);
    expect([nova.end?.code, aura.end?.code, clock.pendingTimers]).toEqual([1006, 1006, 0]);
  });

  it('write keys into no log', async () => {
    const { vendors, connect, pass } = createVirtualVendors();
    connect('wss://api.cartesia.ai/tts/websocket?api_key=secret&cartesia_version=2026-08-14');
    await pass(20);
    expect(vendors.sessions()).toHaveLength(1);
    expect(JSON.stringify(vendors.sessions())).not.toContain('secret');
  });

  it('take words from a synthesizer that has written its own, too', async () => {
    const synthesize = async (text: string, voice: string) => writeWords(sketchSpeech(text, voice));
    const { connect, pass } = createVirtualVendors({ synthesize });
    const client = connect(`ws://box.test${auraPath}`, deepgramKey);
    await pass(20);
    client.send({ type: 'Speak', text: 'I am a test, OK?' });
    client.send({ type: 'Close' });
    await pass(1000);
    expect(listen(client.sound)).toMatchObject({ text: 'I am a test, OK?', troubles: [] });
  });

  it('survive whatever is sent to them', async () => {
    const urls: [string, Record<string, string>][] = [
      ['wss://api.deepgram.com/v1/listen?model=nova-3&encoding=mulaw&sample_rate=8000', deepgramKey],
      [`ws://box.test${fluxPath}`, deepgramKey],
      [`ws://box.test${auraPath}`, deepgramKey],
      ['wss://api.elevenlabs.io/v1/text-to-speech/v/stream-input?output_format=ulaw_8000', { 'xi-api-key': 'any' }],
      [
        'wss://api.elevenlabs.io/v1/text-to-speech/v/multi-stream-input?output_format=ulaw_8000',
        { 'xi-api-key': 'any' },
      ],
      [
        'wss://api.elevenlabs.io/v1/speech-to-text/realtime?model_id=scribe_v2_realtime&audio_format=ulaw_8000',
        { 'xi-api-key': 'any' },
      ],
      ['wss://api.openai.com/v1/realtime?intent=transcription', { Authorization: 'Bearer any' }],
      ...['/tts/websocket?', '/stt/websocket?model=ink-2&', '/stt/turns/websocket?model=ink-2&'].map(
        (path): [string, Record<string, string>] => [
          `wss://api.cartesia.ai${path}encoding=pcm_mulaw&sample_rate=8000`,
          { 'X-API-Key': 'any', 'Cartesia-Version': '2026-08-14' },
        ],
      ),
    ];
    const names = ['Speak', 'Flush', 'Clear', 'Configure', 'KeepAlive', 'Finalize', 'session.update', 'config'];
    const value = fc.oneof(fc.constantFrom(' ', '', 'text. ', 'c1'), fc.boolean(), fc.integer(), fc.constant(null));
    const message = fc.oneof(
      fc.string(),
      fc.uint8Array({ maxLength: 2000 }),
      fc.json(),
      fc
        .record(
          { type: fc.constantFrom(...names), text: value, context_id: value, flush: value, transcript: value },
          { requiredKeys: [] },
        )
        .map((fields) => JSON.stringify(fields)),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...urls), fc.array(message, { maxLength: 12 }), async ([url, headers], sent) => {
        const { connect, pass, clock } = createVirtualVendors();
        const client = connect(url, headers);
        await pass(20);
        expect(client.isOpen).toBe(true);
        for (const one of sent) client.send(one);
        await pass(200);
        client.close();
        await pass(20);
        expect(client.end).not.toBeNull();
        expect(clock.pendingTimers).toBe(0);
      }),
      { numRuns: 150 },
    );
  });
});
