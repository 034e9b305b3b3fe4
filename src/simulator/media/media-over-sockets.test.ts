import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import twilio from 'twilio';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { createFastClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import { createSeededRandom } from '../../base/random.ts';
import { createSimulator, type SimulatorOptions } from '../create-simulator.ts';
import { parsePerson } from '../person/parse-person.ts';
import type { StreamFrame } from '../testing/stream-application.ts';
import { toneBytes } from '../testing/stream-application.ts';
import { account, authorization } from '../testing/virtual-network.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

type Answer = (frame: StreamFrame, send: (message: object) => void) => void;

interface Behaviour {
  answer?: Answer;
  /** Refuses every upgrade with this status. */
  refuses?: number;
  /** Does this to the bare connection after the upgrade. */
  breaks?: (connection: Socket) => void;
}

/** Every webhook and upgrade must carry a signature that the twilio package accepts. */
async function startApplication({ answer = () => {}, refuses, breaks }: Behaviour) {
  const refusals: string[] = [];
  const told: Record<string, string>[] = [];
  const frames: StreamFrame[] = [];
  let base = '';
  const isSigned = (signature: unknown, url: string, parameters = {}) =>
    twilio.validateRequest(account.authToken, String(signature), url, parameters);
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const parameters = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
    if (!isSigned(incoming.headers['x-twilio-signature'], base + incoming.url, parameters)) {
      refusals.push(incoming.url ?? '');
    }
    if (incoming.url !== '/voice') told.push(parameters);
    outgoing.setHeader('content-type', 'text/xml');
    const recording = `<Start><Recording recordingStatusCallback="${base}/recorded"/></Start>`;
    const stream = `<Connect><Stream url="${base.replace('http', 'ws')}/media" statusCallback="/stream"/></Connect>`;
    outgoing.end(`<Response>${incoming.url === '/voice' ? recording + stream : ''}</Response>`);
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, connection, head) => {
    if (refuses) {
      connection.end(`HTTP/1.1 ${refuses} No\r\nconnection: close\r\n\r\n`);
      return;
    }
    const url = `${base.replace('http', 'ws')}/media`;
    if (!isSigned(request.headers['x-twilio-signature'], url)) refusals.push('socket');
    sockets.handleUpgrade(request, connection, head, (socket) => {
      socket.on('message', (text) => {
        const frame = JSON.parse(String(text)) as StreamFrame;
        frames.push(frame);
        answer(frame, (message) => socket.send(JSON.stringify({ streamSid: frame.streamSid, ...message })));
      });
      breaks?.(connection as Socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  closing.push(async () => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { base, refusals, told, frames };
}

/** A call from its creation to its end. */
async function call(script: string, behaviour: Behaviour, options: Partial<SimulatorOptions> = {}) {
  const application = await startApplication(behaviour);
  const simulator = createSimulator({
    ...{ clock: createFastClock(20), random: createSeededRandom(1), log: silentLogger, account },
    ...{ callsPerSecond: Number.POSITIVE_INFINITY, defaultPerson: parsePerson('tested', script) },
    ...options,
  });
  const { url } = await simulator.start();
  closing.push(() => simulator.stop());
  const placed = await fetch(`${url}/2010-04-01/Accounts/${account.sid}/Calls.json`, {
    method: 'POST',
    headers: { authorization },
    body: new URLSearchParams({ To: '+14155550150', From: '+15005550006', Url: `${application.base}/voice` }),
  });
  const { sid } = (await placed.json()) as { sid: string };
  return { application, simulator, url, record: await simulator.whenCallEnds(sid) };
}

/** Resolves with what the recording's callback says. */
function whenRecorded(simulator: Awaited<ReturnType<typeof call>>['simulator']): Promise<Record<string, string>> {
  return new Promise((resolve) => {
    simulator.onEvent((event) => {
      if (event.type === 'webhook' && event.webhook.kind === 'recording') resolve(event.webhook.parameters);
    });
  });
}

const converses: Answer = (frame, send) => {
  if (frame.event !== 'start') return;
  send({ event: 'media', media: { payload: toneBytes(1500).toString('base64') } });
  send({ event: 'mark', mark: { name: 'greeted' } });
};

describe('a media stream over real sockets', () => {
  it('carries a whole call, recorded, with every signature accepted', async () => {
    const { application, simulator, record, url } = await call(
      'answers after 1s\nlistens\nsays "Good day, how are you?"\npresses 7\nhangs up',
      { answer: converses },
    );
    const recorded = await whenRecorded(simulator);
    expect(application.refusals).toEqual([]);
    expect(record).toMatchObject({ status: 'completed', endedBy: 'person', errors: [] });
    expect(record.streams).toMatchObject([{ end: 'stopped', bytesReceived: 12_000, bytesPlayed: 12_000 }]);
    expect(application.frames.slice(0, 2).map(({ event }) => event)).toEqual(['connected', 'start']);
    expect(application.frames.at(-1)!.event).toBe('stop');
    const others = application.frames.filter(({ event }) => event === 'mark' || event === 'dtmf');
    expect(others).toMatchObject([{ mark: { name: 'greeted' } }, { dtmf: { digit: '7' } }]);
    expect(recorded.RecordingUrl).toBe(`${url}/2010-04-01/Accounts/${account.sid}/Recordings/${recorded.RecordingSid}`);
    expect((await fetch(`${recorded.RecordingUrl}.wav`)).status).toBe(401);
    const file = await fetch(`${recorded.RecordingUrl}.wav`, { headers: { authorization } });
    expect(file.headers.get('content-type')).toBe('audio/x-wav');
    const bytes = Buffer.from(await file.arrayBuffer());
    expect(bytes.subarray(0, 4).toString()).toBe('RIFF');
    expect(Math.abs(bytes.length / 32_000 - Number(recorded.RecordingDuration))).toBeLessThanOrEqual(0.6);
  });

  it('ends with Twilio’s code when the application refuses it', async () => {
    const { record } = await call('answers after 1s\nstays silent', { refuses: 403 });
    expect(record.errors).toMatchObject([{ code: 31920, message: expect.stringContaining('403') }]);
    expect(record).toMatchObject({ status: 'completed', streams: [{ startedAtMs: null, end: 'failed' }] });
    const told = record.webhooks.filter(({ kind }) => kind === 'stream');
    expect(told).toMatchObject([{ parameters: { StreamEvent: 'stream-error' } }]);
  });

  it('ends with Twilio’s code when the application breaks the connection or the protocol', async () => {
    const cut = await call('answers after 1s\nstays silent', { breaks: (connection) => connection.destroy() });
    expect(cut.record.errors).toMatchObject([{ code: 31921 }]);
    const nonsense = Buffer.from([0xff, 0xff, 0xff, 0xff]);
    const wild = await call('answers after 1s\nstays silent', { breaks: (connection) => connection.write(nonsense) });
    expect(wild.record.errors).toMatchObject([{ code: 31924 }]);
  });
});

describe('a recording’s file', () => {
  it('is cut off in its transfer when it is planned so, and whole the next time', async () => {
    const { simulator } = await call(
      'answers after 1s\nwaits 4s\nhangs up',
      {},
      {
        faults: { recordingMedia: { script: [{ type: 'cut', atByte: 5000 }] } },
      },
    );
    const { RecordingUrl } = await whenRecorded(simulator);
    const transfer = async () => {
      const answer = await fetch(`${RecordingUrl}.wav`, { headers: { authorization } });
      let bytes = 0;
      try {
        for await (const chunk of answer.body!) bytes += chunk.length;
        return { bytes, promised: Number(answer.headers.get('content-length')) };
      } catch {
        return { bytes, promised: null };
      }
    };
    const broken = await transfer();
    expect(broken.promised).toBeNull();
    expect(broken.bytes).toBeLessThanOrEqual(5000);
    const whole = await transfer();
    expect(whole.bytes).toBe(whole.promised);
  });
});
