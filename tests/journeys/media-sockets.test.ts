/** The carrier's media streams: who has no right to one gets none, who has gets one, and nothing they send does harm. */
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { CallWithTurns } from '../../src/api/contract/calls.ts';
import { until } from '../../src/call/testing/open-room.ts';
import { parsePerson } from '../../src/simulator/person/parse-person.ts';
import { findCall } from '../../src/store/calls.ts';
import { everyone } from '../../src/store/reach.ts';
import { type ServerWithAccount, startWithAccount } from '../setup/own-account.ts';
import { rowsAtRest } from '../setup/rows-at-rest.ts';

let phones = 0;
/** A phone that rings for long; one for each call, since one number is rung by one call at a time. */
function someone(): string {
  phones += 1;
  const number = `+1202555${String(phones).padStart(4, '0')}`;
  server.simulator.setPerson(number, parsePerson('nobody', 'does not answer'));
  return number;
}

const framesPerSecond = 100;
const burstFrames = 200;
let server: ServerWithAccount;
beforeAll(async () => {
  server = await startWithAccount({
    config: { maxConcurrentCalls: 1000 },
    overrides: { socketLimits: { framesPerSecond, burstFrames } },
    speed: 1,
  });
});
afterAll(() => server.stop());

interface RingingCall {
  id: string;
  sid: string;
  to: string;
  /** Of its media stream. */
  path: string;
}

async function ringSomebody(verification = 98765): Promise<RingingCall> {
  const to = someone();
  const response = await fetch(`${server.url}/call-customer`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...server.key },
    body: JSON.stringify({ to, verification }),
  });
  const { message } = (await response.json()) as { message: string };
  const sid = /CA[0-9a-f]{32}/.exec(message)?.[0] ?? '';
  const id = (await rowOf(sid))?.id ?? '';
  return { id, sid, to, path: `/media-stream/${verification}/${id}` };
}

const rowOf = (idOrSid: string) => findCall(server.callwright.store.db, everyone, idOrSid);

const signed = (path: string) => ({ 'x-twilio-signature': server.sign(path) });

function open(path: string, headers: Record<string, string> = signed(path)): Promise<WebSocket | number> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}${path}`, { headers });
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(socket));
    socket.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    socket.on('error', reject);
  });
}

async function openOrFail(path: string): Promise<WebSocket> {
  const socket = await open(path);
  if (typeof socket === 'number') throw new Error(`the socket was refused: ${socket}`);
  return socket;
}

const startFrame = (callSid: string, customParameters: Record<string, string> = {}) =>
  JSON.stringify({
    event: 'start',
    sequenceNumber: '1',
    streamSid: `MZ${'1'.repeat(32)}`,
    start: { callSid, streamSid: `MZ${'1'.repeat(32)}`, tracks: ['inbound'], customParameters },
  });
const mediaFrame = JSON.stringify({ event: 'media', media: { track: 'inbound', payload: '/w==' } });

async function closeOf(socket: WebSocket): Promise<[number, string]> {
  const [code, reason] = await once(socket, 'close');
  return [code as number, String(reason)];
}

/** The first frame of sound, which shows that the line is held. */
const firstSound = (socket: WebSocket) => once(socket, 'message').then(([frame]) => JSON.parse(String(frame)).event);

const fingerprint = () => rowsAtRest(server.callwright.store.db);

const tellStatus = ({ id, sid, to }: Omit<RingingCall, 'path'>, status: string) =>
  server.webhook(`/api/call-status?callId=${id}`, {
    CallSid: sid,
    CallStatus: status,
    From: '+15551234567',
    To: to,
  });

/** The call once the server has noted how it ended. */
async function ended({ id, sid, to }: RingingCall): Promise<CallWithTurns> {
  await tellStatus({ id, sid, to }, 'completed');
  const response = await fetch(`${server.url}/v1/calls/${id}`, { headers: server.key });
  return (await response.json()) as CallWithTurns;
}

/** The broken line is noted: what the carrier tells of the call may come before the end of its socket does. */
async function lineNotedAsBroken({ id }: RingingCall): Promise<void> {
  await until(async () => (((await rowOf(id))?.lifecycle ?? {}) as { session?: string }).session === 'broken');
}

describe('the media stream of POST /call-customer', () => {
  it('opens for one of twenty at once, is never opened again, and holds the line', async () => {
    const call = await ringSomebody();
    const answers = await Promise.all(Array.from({ length: 20 }, () => open(call.path)));
    const sockets = answers.filter((answer) => typeof answer !== 'number');
    expect(sockets).toHaveLength(1);
    expect(answers.filter((answer) => answer === 403)).toHaveLength(19);
    const [socket] = sockets as [WebSocket];
    socket.send(JSON.stringify({ event: 'connected', protocol: 'Call', version: '1.0.0' }));
    socket.send(startFrame(call.sid));
    expect(await firstSound(socket)).toBe('media');
    expect(await open(call.path)).toBe(403);
    socket.send(JSON.stringify({ event: 'dtmf', dtmf: { track: 'inbound_track', digit: '7' } }));
    socket.send(JSON.stringify({ event: 'stop' }));
    expect(await closeOf(socket)).toEqual([1000, 'conversation over']);
    expect(await open(call.path)).toBe(403);
    const over = await ended(call);
    expect(over).toMatchObject({ status: 'completed', outcome: 'talked', ended_reason: 'person_hung_up' });
    expect(over.turns.filter(({ speaker }) => speaker === 'person').map(({ text }) => text)).toEqual(['[pressed 7]']);
    expect(await open(call.path)).toBe(403);
  });

  it('stays shut for everybody else, without a row changed, and the right to it is not used up', async () => {
    const [call, other] = [await ringSomebody(), await ringSomebody(111)];
    const over = await ringSomebody(222);
    await ended(over);
    const relay = await server.dial(someone());
    const relayId = (await rowOf(relay))?.id;
    const before = await fingerprint();
    const forbidden: [string, Record<string, string>?][] = [
      [call.path, {}],
      [call.path, signed(`${call.path}x`)],
      [call.path, signed(other.path)],
      ...[
        `/media-stream/111/${call.id}`,
        `/media-stream/98765/${other.id}`,
        `/media-stream/098765/${call.id}`,
        `/media-stream/98765.0/${call.id}`,
        `/media-stream/9.8765e4/${call.id}`,
        `/media-stream/98765/${call.sid}`,
        '/media-stream/98765/call_unknown',
        over.path,
        `/media-stream/98765/${relayId}`,
      ].map((path): [string] => [path]),
    ];
    for (const [path, headers] of forbidden) expect([path, await open(path, headers)]).toEqual([path, 403]);
    const nowhere = ['/media-stream', '/media-stream/', '/media-stream/98765', `/media-stream/x/${call.id}`];
    nowhere.push(`${call.path}/more`, `/media-stream//${call.id}`, `/media-stream/98765/%00`, '/media-stream/../relay');
    for (const path of nowhere) expect([path, await open(path)]).toEqual([path, 404]);
    expect(await fingerprint()).toEqual(before);
    (await openOrFail(call.path)).terminate();
  });

  it('is closed when it is about another call than its address says', async () => {
    const [call, other] = [await ringSomebody(), await ringSomebody()];
    for (const sid of [other.sid, `CA${'0'.repeat(32)}`]) {
      const { path } = sid === other.sid ? call : await ringSomebody();
      const socket = await openOrFail(path);
      socket.send(startFrame(sid, { callId: call.id }));
      expect(await closeOf(socket)).toEqual([1008, 'not the stream of this call']);
    }
    const row = await rowOf(other.id);
    expect(row).toMatchObject({ sessions_opened: 0, status: 'dialing' });
  });

  it('outlives frames that make no sense, and is closed when there is nothing else', async () => {
    const call = await ringSomebody();
    const socket = await openOrFail(call.path);
    socket.send(startFrame(call.sid));
    expect(await firstSound(socket)).toBe('media');
    socket.send(Buffer.alloc(1000));
    for (const frame of [
      '{bad',
      'null',
      '[]',
      '{"event":"media"}',
      '{"event":"dtmf","dtmf":{"digit":"12"}}',
      '{"__proto__":1}',
    ]) {
      socket.send(frame);
    }
    socket.send(mediaFrame);
    for (let frame = 0; frame < 20; frame += 1) socket.send('{bad');
    expect(await closeOf(socket)).toEqual([1008, 'too many bad frames']);
    await lineNotedAsBroken(call);
    expect(await ended(call)).toMatchObject({ ended_reason: 'connection_failed', fault: 'carrier' });
  });

  it('is closed for a frame that is too large, and for too many', async () => {
    const [one, other] = [await ringSomebody(), await ringSomebody()];
    const large = await openOrFail(one.path);
    large.send(startFrame(one.sid));
    large.send('x'.repeat(65 * 1024));
    expect((await closeOf(large))[0]).toBe(1009);
    const many = await openOrFail(other.path);
    many.send(startFrame(other.sid));
    for (let frame = 0; frame < burstFrames * 3; frame += 1) many.send(mediaFrame);
    expect(await closeOf(many)).toEqual([1008, 'too many frames']);
  });

  it('that breaks without a word is a broken line', async () => {
    const call = await ringSomebody();
    const socket = await openOrFail(call.path);
    socket.send(startFrame(call.sid));
    expect(await firstSound(socket)).toBe('media');
    socket.terminate();
    await lineNotedAsBroken(call);
    expect(await ended(call)).toMatchObject({ status: 'completed', ended_reason: 'connection_failed' });
  });
});

describe('the media stream of other calls, /streams,', () => {
  /** A call whose engine is a media stream, answered in the carrier's name: what its start must carry. */
  async function answered() {
    const call = await ringSomebody();
    // As a call of another form: no socket was named when it was dialled.
    await server.callwright.store.db
      .updateTable('calls')
      .set({ verification: null })
      .where('id', '=', call.id)
      .execute();
    const fields = {
      CallSid: call.sid,
      From: '+15551234567',
      To: call.to,
      Direction: 'outbound-api',
      CallStatus: 'in-progress',
    };
    const twiml = await (await server.webhook(`/twiml?callId=${call.id}`, fields)).text();
    const token = /name="token" value="([^"]+)"/.exec(twiml)?.[1] ?? '';
    expect(twiml).toContain(`<Stream url="${server.url.replace('http', 'ws')}/streams">`);
    return { ...call, token };
  }
  const startedWith = async (frame: string) => {
    const socket = await openOrFail('/streams');
    socket.send(frame);
    return socket;
  };

  it('is not opened without the carrier’s signature', async () => {
    expect(await open('/streams', {})).toBe(403);
    expect(await open('/streams', signed('/streams/'))).not.toBe(101);
    for (const path of ['/streams/x', '/stream', '/Streams']) expect([path, await open(path)]).toEqual([path, 404]);
  });

  it('is not opened while no call awaits one', async () => {
    expect(await open('/streams')).toBe(403);
    const call = await answered();
    const socket = await startedWith(startFrame(call.sid, { callId: call.id, token: call.token }));
    expect(await firstSound(socket)).toBe('media');
    expect(await open('/streams')).toBe(403);
    socket.terminate();
  });

  it('holds the line for who brings the token of the call, once', async () => {
    const call = await answered();
    const frame = startFrame(call.sid, { callId: call.id, token: call.token, To: 'x', From: 'y' });
    const sockets = await Promise.all(Array.from({ length: 20 }, () => openOrFail('/streams')));
    const ending = sockets.map((socket) => Promise.race([firstSound(socket), closeOf(socket).then(([code]) => code)]));
    for (const socket of sockets) socket.send(frame);
    const ends = await Promise.all(ending);
    expect(ends.filter((end) => end === 'media')).toHaveLength(1);
    expect(ends.filter((end) => end === 1008)).toHaveLength(19);
    for (const socket of sockets) socket.terminate();
  });

  it('is closed, without a row changed, for whoever brings anything else', async () => {
    const [call, other] = [await answered(), await answered()];
    const before = await fingerprint();
    const { id: callId, token } = call;
    const wrong = [
      startFrame(call.sid),
      startFrame(call.sid, { callId }),
      startFrame(call.sid, { token }),
      startFrame(call.sid, { callId, token: withOtherStart(token) }),
      startFrame(call.sid, { callId, token: other.token }),
      startFrame(call.sid, { callId: other.id, token }),
      startFrame(other.sid, { callId, token }),
      startFrame(`CA${'0'.repeat(32)}`, { callId, token }),
      startFrame(call.sid, { callId: call.sid, token }),
      startFrame(call.sid, { callId: "' or 1=1", token }),
      startFrame(call.sid, { callId: '\u0000', token }),
    ];
    for (const frame of wrong) {
      const end = await closeOf(await startedWith(frame));
      expect([frame, ...end]).toEqual([frame, 1008, 'no right to a call']);
    }
    const silent = await openOrFail('/streams');
    for (let frame = 0; frame < 20; frame += 1) silent.send(frame % 2 ? '{bad' : mediaFrame);
    expect(await closeOf(silent)).toEqual([1008, 'no right to a call']);
    expect(await fingerprint()).toEqual(before);
    // Nobody used the right up.
    const socket = await startedWith(startFrame(call.sid, { callId, token }));
    expect(await firstSound(socket)).toBe('media');
    socket.terminate();
  });
});

/** Every bit of a first character counts; of a last one, some may not. */
function withOtherStart(token: string): string {
  return `${token.startsWith('A') ? 'B' : 'A'}${token.slice(1)}`;
}
