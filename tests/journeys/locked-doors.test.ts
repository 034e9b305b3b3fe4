/** Who is not the carrier gets in nowhere: forged and replayed webhooks, sockets without a right, frames that make no sense. */
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { parsePerson } from '../../src/simulator/person/parse-person.ts';
import { findCall } from '../../src/store/calls.ts';
import { everyone } from '../../src/store/reach.ts';
import { type ServerWithAccount, startWithAccount } from '../setup/own-account.ts';
import { rowsAtRest } from '../setup/rows-at-rest.ts';

let server: ServerWithAccount;
beforeAll(async () => {
  server = await startWithAccount({ config: { maxConcurrentCalls: 1000 } });
  server.simulator.setPerson(
    talking,
    parsePerson('talker', 'answers after 1s\nlistens\nsays "Why?"\nlistens\nhangs up'),
  );
});
afterAll(() => server.stop());

/** Phones that ring for three seconds here, each for one call: a number is rung by one call at a time. */
let phones = 0;
function nextRinging(): string {
  phones += 1;
  const number = `+1555867${String(6000 + phones)}`;
  server.simulator.setPerson(number, parsePerson('nobody', 'does not answer'));
  return number;
}

/** A phone whose owner talks, and one that is busy. */
const talking = '+15558675311';
const busy = '+15558675312';

type Fields = Record<string, string>;

interface RingingCall {
  id: string;
  sid: string;
  /** Path and query of each webhook of this call, by name. */
  paths: { instructions: string; status: string; after: string };
  fields: Fields;
}

const withoutOrigin = (url: string) => url.slice(server.url.length).replace(/#.*/, '');

async function ringSomebody(number = nextRinging()): Promise<RingingCall> {
  const sid = await server.dial(number);
  const id = (await findCall(server.callwright.store.db, everyone, sid))?.id ?? '';
  const order = server.simulator.calls().find((call) => call.sid === sid)?.request ?? {};
  return {
    id,
    sid,
    paths: {
      instructions: withoutOrigin(order.Url?.[0] ?? ''),
      status: withoutOrigin(order.StatusCallback?.[0] ?? ''),
      after: `/api/call-after?callId=${id}`,
    },
    fields: { CallSid: sid, From: '+15551234567', To: number, Direction: 'outbound-api', CallStatus: 'in-progress' },
  };
}

const fingerprint = () => rowsAtRest(server.callwright.store.db);

const doors = ['instructions', 'status', 'after'] as const;

describe.each(doors)('the webhook for %s', (door) => {
  let call: RingingCall;
  let path: string;
  let before: Record<string, string>;
  beforeAll(async () => {
    call = await ringSomebody(busy);
    // Nothing more may happen to it by itself while the rows are compared: what came of it is found out after its end.
    await server.simulator.whenCallEnds(call.sid);
    await settled(call.sid, 'call.analyzed');
    path = call.paths[door];
  });
  beforeEach(async () => {
    before = await fingerprint();
  });

  const completed = () => ({ ...call.fields, CallStatus: 'completed' });
  const refused = async (response: Response) => {
    expect([response.status, await response.text()]).toEqual([403, 'The signature is missing or wrong.']);
    expect(await fingerprint()).toEqual(before);
  };

  it('knows its own signature, so that what follows is refused for what is wrong with it', async () => {
    expect((await server.webhook(path, completed())).status).toBeLessThan(300);
  });

  it('refuses a request without one', async () => {
    const body = new URLSearchParams(completed());
    await refused(await fetch(`${server.url}${path}`, { method: 'POST', body }));
  });

  it.each([
    ['empty', ''],
    ['invented', 'RSOYDt4T1cUTdK1PDd93/VVr8B8='],
    ['too long', 'A'.repeat(4000)],
    ['not of this encoding', '=?=?='],
  ])('refuses one that is %s', async (_name, signature) => {
    await refused(await server.webhook(path, completed(), { 'x-twilio-signature': signature }));
  });

  it('refuses that of another path, of other fields, and of one field more', async () => {
    const signatures = [
      server.sign(`${path}&x=1`, completed()),
      server.sign(path, call.fields),
      server.sign(path, { ...completed(), Extra: '1' }),
      server.sign(path),
    ];
    for (const signature of signatures) {
      await refused(await server.webhook(path, completed(), { 'x-twilio-signature': signature }));
    }
  });

  it('refuses a signature made for another host, whatever host the request names', async () => {
    const headers = { 'x-forwarded-host': 'evil.example.org', 'x-forwarded-proto': 'https' };
    const signature = server.sign(`@evil.example.org${path}`, completed());
    await refused(await server.webhook(path, completed(), { ...headers, 'x-twilio-signature': signature }));
  });

  it('refuses a signed form that comes as JSON', async () => {
    const headers = { 'content-type': 'application/json', 'x-twilio-signature': server.sign(path, completed()) };
    const body = JSON.stringify(completed());
    await refused(await fetch(`${server.url}${path}`, { method: 'POST', headers, body }));
  });

  it('is nowhere else', async () => {
    const [bare] = path.split('?') as [string];
    for (const other of [`${bare}/`, bare.toUpperCase(), bare.replace('/', '//'), `${bare}%2f`]) {
      expect((await server.webhook(other, completed())).status, other).toBe(404);
    }
    expect((await fetch(`${server.url}${path}`)).status).toBe(404);
    expect(await fingerprint()).toEqual(before);
  });

  it('changes nothing when a genuine request about a call that is over comes again and again', async () => {
    for (let time = 0; time < 10; time += 1) {
      const response = await server.webhook(path, completed(), { 'i-twilio-idempotency-token': `token-${time}` });
      expect(response.status).toBeLessThan(300);
      expect(await response.text()).not.toContain('/relay/');
    }
    expect(await fingerprint()).toEqual(before);
  });
});

describe('a genuine status callback', () => {
  it.each([
    ['nothing at all', {}],
    ['no call', { CallStatus: 'completed' }],
    ['a call that is not ours', { CallSid: `CA${'f'.repeat(32)}`, CallStatus: 'completed' }],
    ['a call that cannot be', { CallSid: "CA'; drop table calls", CallStatus: 'completed' }],
    ['a status nobody knows', { CallSid: 'CA1', CallStatus: 'levitating' }],
    ['U+0000', { CallSid: 'CA1\0', CallStatus: 'completed', ErrorMessage: '\0' }],
    ['numbers that are none', { CallSid: 'CA1', CallStatus: 'completed', CallDuration: '1e999', ErrorCode: '-' }],
    ['names of every object', { CallSid: 'CA1', CallStatus: 'constructor', __proto__x: '1', toString: '1' }],
    ['long values', { CallSid: 'CA1', CallStatus: 'completed', Extra: 'x'.repeat(60_000) }],
  ])('with %s is answered 204 at once and changes nothing', async (_name, fields) => {
    const before = await fingerprint();
    const startedAt = performance.now();
    const response = await server.webhook('/api/call-status', fields as Fields);
    expect(performance.now() - startedAt).toBeLessThan(2000);
    expect([response.status, await response.text()]).toEqual([204, '']);
    expect(await fingerprint()).toEqual(before);
  });

  it('about a live call that names U+0000 in its error is stored without harm', async () => {
    const call = await ringSomebody();
    const fields = { ...call.fields, CallStatus: 'failed', ErrorCode: '13224', ErrorMessage: 'a\0b\ud800' };
    expect((await server.webhook(call.paths.status, fields)).status).toBe(204);
    expect(await findCall(server.callwright.store.db, everyone, call.id)).toMatchObject({ status: 'failed' });
  });

  it('larger than any is refused before it is read', async () => {
    const response = await server.webhook('/api/call-status', { Extra: 'x'.repeat(70_000) });
    expect(response.status).toBe(413);
  });
});

/** Waits until our side has closed the call too, or until the event that is named. */
async function settled(sid: string, last = 'call.ended'): Promise<void> {
  const leaving = new AbortController();
  const response = await fetch(`${server.url}/v1/calls/${sid}/live`, { headers: server.key, signal: leaving.signal });
  let text = '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += Buffer.from(chunk).toString();
    if (text.includes(`event: ${last}\n`)) break;
  }
  leaving.abort();
}

/** Answers a ringing call in the carrier's name, and gives the path of the socket that it may open now. */
async function socketPathFor(call: RingingCall): Promise<string> {
  const twiml = await (await server.webhook(call.paths.instructions, call.fields)).text();
  const url = /<ConversationRelay url="(ws:[^"]+)"/.exec(twiml)?.[1];
  if (url === undefined) throw new Error(`no socket in ${twiml}`);
  return new URL(url).pathname;
}

function open(path: string, headers: Record<string, string>): Promise<WebSocket | number> {
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

/** The carrier signs the socket's own address, which begins with ws. */
const signed = (path: string) => ({ 'x-twilio-signature': server.sign(path) });

async function openOrFail(path: string): Promise<WebSocket> {
  const socket = await open(path, signed(path));
  if (typeof socket === 'number') throw new Error(`the socket was refused: ${socket}`);
  return socket;
}

describe('the relay socket', () => {
  it('opens once for who has both token and signature, of twenty at once', async () => {
    const path = await socketPathFor(await ringSomebody());
    const answers = await Promise.all(Array.from({ length: 20 }, () => open(path, signed(path))));
    const opened = answers.filter((answer) => typeof answer !== 'number');
    expect(opened).toHaveLength(1);
    expect(answers.filter((answer) => answer === 403)).toHaveLength(19);
    expect(await open(path, signed(path))).toBe(403);
    for (const socket of opened) socket.terminate();
  });

  it('stays shut for everybody else, and the right of the carrier is not used up by them', async () => {
    const call = await ringSomebody();
    const path = await socketPathFor(call);
    const token = path.split('/').at(-1) ?? '';
    const other = await ringSomebody();
    const wrongs: [string, Record<string, string>, number][] = [
      [path, {}, 403],
      [path, { 'x-twilio-signature': server.sign(`${path}x`) }, 403],
      ...[
        `/relay/${call.id}/${'A'.repeat(43)}`,
        `/relay/${call.id}/${token.slice(0, -1)}`,
        `/relay/call_unknown/${token}`,
        `/relay/${call.sid}/${token}`,
        `/relay/${other.id}/${token}`,
      ].map((wrong): [string, Record<string, string>, number] => [wrong, signed(wrong), 403]),
      ...[
        '/',
        '/relay',
        `/relay/${token}`,
        `/relay/${call.id}/`,
        `/relay/%00/${token}`,
        `/relay/%zz/${token}`,
        `${path}/more`,
        '/v1/live',
        '/media-stream/1',
      ].map((wrong): [string, Record<string, string>, number] => [wrong, signed(wrong), 404]),
    ];
    for (const [wrong, headers, status] of wrongs) expect([wrong, await open(wrong, headers)]).toEqual([wrong, status]);
    const socket = await openOrFail(path);
    socket.terminate();
  });

  it('is not opened a second time by a replay of the webhook that gave the right to it', async () => {
    const call = await ringSomebody();
    const path = await socketPathFor(call);
    const socket = await openOrFail(path);
    for (let time = 0; time < 5; time += 1) {
      const twiml = await (await server.webhook(call.paths.instructions, call.fields)).text();
      const replayed = /<ConversationRelay url="(ws:[^"]+)"/.exec(twiml)?.[1];
      const replayedPath = new URL(replayed ?? '').pathname;
      expect(replayedPath).toBe(path);
      expect(typeof (await open(replayedPath, signed(replayedPath)))).toBe('number');
    }
    socket.terminate();
  });

  it('outlives frames that make no sense, and so do all other calls', async () => {
    const talk = await server.dial(talking);
    const path = await socketPathFor(await ringSomebody());
    const socket = await openOrFail(path);
    const closed = once(socket, 'close');
    const nonsense = ['{bad', '', 'null', '[]', '{"type":7}', '{"type":"setup"}', '{"__proto__":{"type":"setup"}}'];
    for (const frame of nonsense) socket.send(frame);
    socket.send(Buffer.alloc(1000));
    socket.send('x'.repeat(1_000_000));
    const [code] = await closed;
    expect(code).toBe(1009);
    await settled(talk);
    const response = await fetch(`${server.url}/v1/calls/${talk}`, { headers: server.key });
    const call = (await response.json()) as { status: string; turns: { speaker: string; text: string }[] };
    expect(call.status).toBe('completed');
    expect(call.turns.find(({ speaker }) => speaker === 'person')?.text).toBe('Why?');
  });

  it('keeps what was said with U+0000 and half a character in it', async () => {
    const call = await ringSomebody();
    const path = await socketPathFor(call);
    const socket = await openOrFail(path);
    socket.send(JSON.stringify({ type: 'setup', callSid: call.sid, customParameters: {} }));
    socket.send(JSON.stringify({ type: 'prompt', voicePrompt: 'Why\0 me\ud83d?', last: true }));
    await once(socket, 'message');
    socket.close(1000);
    await server.webhook(call.paths.after, { ...call.fields, SessionStatus: 'completed', CallStatus: 'completed' });
    await server.webhook(call.paths.status, { ...call.fields, CallStatus: 'completed' });
    await settled(call.sid);
    const response = await fetch(`${server.url}/v1/calls/${call.sid}/transcript`, { headers: server.key });
    const { turns } = (await response.json()) as { turns: { speaker: string; text: string }[] };
    expect(turns.filter(({ speaker }) => speaker === 'person').map(({ text }) => text)).toEqual(['Why me\ufffd?']);
  });

  it('is closed when it says nothing but nonsense', async () => {
    const path = await socketPathFor(await ringSomebody());
    const socket = await openOrFail(path);
    const closed = once(socket, 'close');
    for (let frame = 0; frame < 30; frame += 1) socket.send('{bad');
    const [code, reason] = await closed;
    expect([code, String(reason)]).toEqual([1008, 'too many bad frames']);
  });

  it('is closed when it is about another call than its address says', async () => {
    const path = await socketPathFor(await ringSomebody());
    const socket = await openOrFail(path);
    const closed = once(socket, 'close');
    const other = await ringSomebody();
    socket.send(JSON.stringify({ type: 'setup', callSid: other.sid, customParameters: {} }));
    const [code] = await closed;
    expect(code).toBe(1008);
  });
});
