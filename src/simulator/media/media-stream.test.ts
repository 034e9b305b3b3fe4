import { describe, expect, it } from 'vitest';
import type { SimulatedCallRecord } from '../call-record.ts';
import { loadReadyPeople } from '../person/ready-people.ts';
import type { NetworkOptions } from '../phone-network.ts';
import { isLoud, type StreamFrame, streamApplication, streamTwiml, toneBytes } from '../testing/stream-application.ts';
import { account, createVirtualNetwork } from '../testing/virtual-network.ts';
import { signTwilioRequest } from '../twilio-signature.ts';

const hangsOn = 'answers after 1s\nstays silent';
type Hear = Parameters<typeof streamApplication>[0];

async function play(
  script: string,
  {
    hear,
    document,
    ms = 20_000,
    options,
  }: { hear?: Hear; document?: string; ms?: number; options?: Partial<NetworkOptions> } = {},
) {
  const application = streamApplication(hear, document);
  const virtual = createVirtualNetwork(application, script, options);
  const sid = await virtual.call();
  await virtual.pass(ms);
  const { record } = virtual.network.find(sid)!;
  return { ...virtual, application, record, sid, stream: record.streams[0]! };
}

const medias = (frames: readonly StreamFrame[]) => frames.filter(({ event }) => event === 'media');
const marks = (frames: readonly StreamFrame[]) => frames.flatMap(({ mark }) => (mark ? [mark.name] : []));
const codes = (record: SimulatedCallRecord) => record.errors.map(({ code }) => code);
const streamEvents = (record: SimulatedCallRecord) =>
  record.webhooks.filter(({ kind }) => kind === 'stream').map(({ parameters }) => parameters.StreamEvent);

describe('a media stream', () => {
  it('opens signed and begins with connected and start', async () => {
    const { application, sid } = await play(hangsOn, { ms: 5000 });
    const [request] = application.sockets;
    expect(request!.url).toBe('wss://app.test/media');
    expect(request!.headers['x-twilio-signature']).toBe(signTwilioRequest(account.authToken, 'wss://app.test/media'));
    const [connected, start] = application.frames;
    expect(connected).toEqual({ event: 'connected', protocol: 'Call', version: '1.0.0' });
    expect(start).toEqual({
      event: 'start',
      sequenceNumber: '1',
      streamSid: expect.stringMatching(/^MZ[0-9a-f]{32}$/),
      start: {
        accountSid: account.sid,
        streamSid: start!.streamSid,
        callSid: sid,
        tracks: ['inbound'],
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
        customParameters: { job: '42' },
      },
    });
  });

  it('sends 160 bytes every 20 ms, silence included, with counters that are strings', async () => {
    const { application, stream, clock } = await play(hangsOn, { ms: 12_000 });
    const frames = medias(application.frames);
    const elapsedMs = clock.now() - stream.startedAtMs!;
    expect(Math.abs(frames.length - elapsedMs / 20)).toBeLessThanOrEqual(1);
    expect(frames[0]).toMatchObject({
      sequenceNumber: '2',
      media: { track: 'inbound', chunk: '1', timestamp: '20', payload: `${'/'.repeat(213)}w==` },
    });
    for (const [index, { sequenceNumber, media }] of frames.entries()) {
      expect(sequenceNumber).toBe(String(index + 2));
      expect(media).toMatchObject({ chunk: String(index + 1), timestamp: String((index + 1) * 20) });
      expect(Buffer.from(media!.payload, 'base64')).toHaveLength(160);
    }
  });

  it('carries what the person says as sound exactly as long as saying it takes', async () => {
    const text = 'Yes, this is Sarah speaking.';
    const { application, record } = await play(`answers after 1s\nwaits 3s\nsays "${text}"\nstays silent`);
    const [said] = record.said;
    const loud = medias(application.frames).flatMap((frame, index) => (isLoud(frame) ? [index] : []));
    const startedAtMs = record.streams[0]!.startedAtMs! + loud[0]! * 20;
    expect(Math.abs(startedAtMs - said!.startedAtMs)).toBeLessThanOrEqual(20);
    const spokenMs = (loud.at(-1)! - loud[0]! + 1) * 20;
    expect(Math.abs(spokenMs - (said!.endedAtMs - said!.startedAtMs))).toBeLessThanOrEqual(100);
  });

  it('begins in the middle of a word when the person was speaking already', async () => {
    const { application, record } = await play(`answers after 1s\nsays "Hello, who is calling me?"\nstays silent`);
    const [said] = record.said;
    expect(record.streams[0]!.startedAtMs).toBeGreaterThan(said!.startedAtMs);
    const frames = medias(application.frames);
    expect(isLoud(frames[0]!)).toBe(true);
    const leftMs = said!.endedAtMs - record.streams[0]!.startedAtMs!;
    expect(frames.findLastIndex(isLoud) * 20).toBeLessThanOrEqual(leftMs + 20);
  });

  it('tells of keys, and of the hang-up by stop before the socket is closed', async () => {
    const { application, record, sid } = await play('answers after 1s\nwaits 2s\npresses 4#\nhangs up');
    const keys = application.frames.filter(({ event }) => event === 'dtmf');
    expect(keys.map(({ dtmf }) => dtmf)).toEqual([
      { track: 'inbound_track', digit: '4' },
      { track: 'inbound_track', digit: '#' },
    ]);
    expect(application.frames.at(-1)).toMatchObject({ event: 'stop', stop: { accountSid: account.sid, callSid: sid } });
    const numbers = application.frames.slice(1).map(({ sequenceNumber }) => Number(sequenceNumber));
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    expect(application.closes).toEqual([{ code: 1000, reason: '' }]);
    expect(record).toMatchObject({ status: 'completed', endedBy: 'person', streams: [{ end: 'stopped' }] });
    expect(streamEvents(record)).toEqual(['stream-started', 'stream-stopped']);
  });
});

describe('the application’s sound', () => {
  it('is played at its own pace, and a mark comes back when it was heard', async () => {
    const at = new Map<string, number>();
    const { record, stream } = await play(hangsOn, {
      hear(frame, { speak, send }) {
        if (frame.event === 'start') {
          send('mark', { name: 'at once' });
          speak(1000);
          send('mark', { name: 'one' });
          send('media', { payload: toneBytes(515).toString('base64') });
          send('mark', { name: 'two' });
        }
        if (frame.mark) at.set(frame.mark.name, Number(frame.sequenceNumber));
      },
    });
    const echoes = stream.messages.filter(({ direction, text }) => direction === 'to-app' && text.includes('"mark"'));
    const msAfterStart = echoes.map(({ atMs }) => atMs - stream.startedAtMs!);
    expect([...at.keys()]).toEqual(['at once', 'one', 'two']);
    expect(msAfterStart[0]).toBe(0);
    expect(Math.abs(msAfterStart[1]! - 1020)).toBeLessThanOrEqual(20);
    expect(Math.abs(msAfterStart[2]! - 1540)).toBeLessThanOrEqual(30);
    expect(stream).toMatchObject({ bytesReceived: 1515 * 8, bytesPlayed: 1515 * 8, bytesCleared: 0 });
    expect(record.heard).toMatchObject([{ source: 'stream', text: '[1.5 s of sound]', end: 'played' }]);
  });

  it('is heard as intervals with silence between', async () => {
    const { record } = await play(hangsOn, {
      hear(frame, { speak }) {
        if (frame.event === 'start' || frame.media?.chunk === '100') speak(600);
      },
    });
    expect(record.heard).toHaveLength(2);
    const [first, second] = record.heard;
    expect(first!.endedAtMs - first!.startedAtMs).toBe(600);
    expect(Math.abs(second!.startedAtMs - first!.startedAtMs - 2000)).toBeLessThanOrEqual(40);
  });

  it('is thrown away by clear, which sends every waiting mark back at once', async () => {
    const { application, record, stream } = await play(hangsOn, {
      hear(frame, { speak, send }) {
        if (frame.event === 'start') {
          speak(5000);
          send('mark', { name: 'never heard' });
          speak(5000);
          send('mark', { name: 'nor this' });
        }
        if (frame.media?.chunk === '50') send('clear');
      },
    });
    expect(marks(application.frames)).toEqual(['never heard', 'nor this']);
    expect(stream.bytesPlayed + stream.bytesCleared).toBe(80_000);
    expect(Math.abs(stream.bytesPlayed - 8000)).toBeLessThanOrEqual(320);
    expect(record.heard).toMatchObject([{ end: 'interrupted' }]);
    const clear = stream.messages.find(({ text }) => text.includes('"clear"'))!;
    const echo = stream.messages.find(({ text }) => text.includes('nor this') && text.includes('sequenceNumber'))!;
    expect(echo.atMs).toBe(clear.atMs);
  });

  it('beyond ten minutes of waiting is discarded with one warning', async () => {
    const { record, stream } = await play(hangsOn, {
      ms: 4000,
      hear(frame, { send }) {
        const payload = toneBytes(60_000).toString('base64');
        if (frame.event === 'start') for (let minute = 0; minute < 13; minute += 1) send('media', { payload });
      },
    });
    expect(codes(record)).toEqual([31931]);
    expect(stream.bytesReceived).toBe(13 * 480_000);
  });
});

describe('a message that makes no sense', () => {
  it('is passed over with one warning of each kind', async () => {
    const { application, record } = await play(hangsOn, {
      hear(frame, { socket, send, streamSid }) {
        if (frame.event !== 'start') return;
        for (const text of ['no json', '{', '[]', '{"event":"dance"}', '{"event":"media","media":{"payload":"?"}}']) {
          socket.send(text);
        }
        socket.send(JSON.stringify({ event: 'mark', streamSid: `MZ${'0'.repeat(32)}`, mark: { name: 'stranger' } }));
        socket.send(JSON.stringify({ event: 'mark', streamSid, extra: 1, mark: { name: 'fine' } }));
        send('media', { payload: Buffer.from('RIFF of a file').toString('base64') });
      },
    });
    expect(codes(record)).toEqual([31950, 31951, null]);
    expect(record.errors.every(({ level }) => level === 'warning')).toBe(true);
    expect(marks(application.frames)).toEqual(['fine']);
  });
});

describe('the end of a media stream', () => {
  it('by the application’s close leads to the next verb', async () => {
    const { application, record } = await play(hangsOn, {
      document: streamTwiml('<Say>Goodbye.</Say>'),
      hear(frame, { socket }) {
        if (frame.media?.chunk === '20') socket.close(1000, 'done');
      },
    });
    expect(record.heard).toMatchObject([{ source: 'say', text: 'Goodbye.' }]);
    expect(record).toMatchObject({ status: 'completed', endedBy: 'instructions', streams: [{ end: 'closed' }] });
    expect(application.frames.some(({ event }) => event === 'stop')).toBe(false);
    expect(streamEvents(record)).toEqual(['stream-started', 'stream-stopped']);
  });

  it('asks the action URL where there is one', async () => {
    const { application } = await play(hangsOn, {
      document: '<Connect action="/after"><Stream url="wss://app.test/media"/></Connect><Say>Never.</Say>',
      hear(frame, { socket }) {
        if (frame.media?.chunk === '20') socket.close();
      },
    });
    const after = application.webhooks.filter(({ url }) => url === 'https://app.test/after');
    expect(after).toHaveLength(1);
    expect(new URLSearchParams(after[0]!.body).get('CallStatus')).toBe('in-progress');
  });

  it('comes with stop when the call is redirected, and the new document is played', async () => {
    const application = streamApplication();
    const { network, pass, call, rest } = createVirtualNetwork(application, hangsOn);
    const sid = await call();
    await pass(5000);
    await rest('POST', `/Calls/${sid}.json`, { Twiml: '<Response><Say>One moment.</Say></Response>' });
    await pass(5000);
    expect(application.frames.at(-1)!.event).toBe('stop');
    expect(network.find(sid)!.record.heard).toMatchObject([{ text: 'One moment.' }]);
  });

  it('without a farewell, by a planned fault, is a broken connection', async () => {
    const { application, record } = await play(hangsOn, {
      options: { faults: { sockets: { script: [{ type: 'drop', atFrame: 30 }] } } },
    });
    expect(application.closes).toEqual([{ code: 1006, reason: '' }]);
    expect(application.frames.some(({ event }) => event === 'stop')).toBe(false);
    expect(codes(record)).toEqual([31921]);
    expect(streamEvents(record)).toEqual(['stream-started', 'stream-error']);
  });

  it.each([
    ['wss://app.test/media?token=1', '', 31920],
    ['https://app.test/media', '', 31922],
    ['/media', '', 31923],
    ['wss://app.test/media', 'track="both_tracks"', 31941],
  ])('is there before its beginning for %s %s', async (...[url, attributes, code]) => {
    const { application, record } = await play(hangsOn, {
      document: `<Connect><Stream url="${url}" ${attributes} statusCallback="/stream"/></Connect><Say>Sorry.</Say>`,
    });
    expect(codes(record)).toEqual([code]);
    expect(application.sockets).toEqual([]);
    expect(record.heard).toMatchObject([{ text: 'Sorry.' }]);
    const [error] = record.webhooks.filter(({ kind }) => kind === 'stream');
    expect(error!.parameters).toMatchObject({ StreamEvent: 'stream-error', StreamError: record.errors[0]!.message });
  });

  it('leaves no timer behind, however the call ends', async () => {
    const { clock, network } = await play('answers after 1s\nwaits 2s\nsays "Bye."\nhangs up', {
      hear: (frame, { speak }) => frame.event === 'start' && speak(30_000),
    });
    expect(clock.pendingTimers).toBe(0);
    network.stop();
    const live = await play(hangsOn);
    live.network.stop();
    await live.pass(0);
    expect(live.clock.pendingTimers).toBe(0);
  });
});

describe('a person on a media stream', () => {
  const answers: Hear = (frame, { speak }) => {
    if (frame.event === 'start') speak(2000);
  };

  it('listens until the sound has been quiet for 0.6 s', async () => {
    const { record } = await play('answers after 1s\nlistens\nsays "I see."\nhangs up', { hear: answers });
    const [heard] = record.heard;
    const pauseMs = record.said[0]!.startedAtMs - heard!.endedAtMs;
    expect(Math.abs(pauseMs - 600)).toBeLessThanOrEqual(40);
  });

  it('gives up listening after 5 s of nothing and goes on', async () => {
    const { record } = await play('answers after 1s\nlistens\nsays "Anybody?"\nhangs up');
    const pauseMs = record.said[0]!.startedAtMs - record.streams[0]!.startedAtMs!;
    expect(Math.abs(pauseMs - 5000)).toBeLessThanOrEqual(20);
    expect(record.said.map(({ text }) => text)).toEqual(['Anybody?']);
  });

  it('interrupts after as much sound as so many words would take', async () => {
    const { record } = await play('answers after 1s\ninterrupts after 3 words "Wait."\nhangs up', { hear: answers });
    const spokenMs = record.said[0]!.startedAtMs - record.heard[0]!.startedAtMs;
    expect(Math.abs(spokenMs - 1200)).toBeLessThanOrEqual(40);
  });

  it('sounds like an answering machine with its beep where it is one', async () => {
    const { record, application } = await play('answers after 1s\nis a voicemail "Hi."', { ms: 60_000 });
    expect(record).toMatchObject({ status: 'completed', endedBy: 'person' });
    const loudMs = medias(application.frames).filter(isLoud).length * 20;
    expect(Math.abs(loudMs - 1000)).toBeLessThanOrEqual(40);
  });

  it.each(loadReadyPeople().map(({ person }) => [person.name, person] as const))(
    'like %s comes to an end, whether the application is silent or speaks',
    async (...[name, person]) => {
      for (const hear of [() => {}, answers]) {
        const { record } = await play('', { hear, ms: 90_000, options: { defaultPerson: person } });
        expect(record.endedAtMs === null).toBe(name === 'silent');
      }
    },
  );
});
