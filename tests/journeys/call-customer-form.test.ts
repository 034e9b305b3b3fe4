/** `POST /call-customer` over real HTTP: the documented requests and answers, and a whole call with recording and transcript. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallWithTurns, EventResource } from '../../src/api/contract/calls.ts';
import { addToDoNotCall } from '../../src/store/do-not-call.ts';
import { startWithAccount } from '../setup/own-account.ts';
import type { RunningServer } from '../setup/running-server.ts';
import { expectBothSidesToAgree, hearOf, spokenIn, startSpokenServer } from '../setup/spoken-calls.ts';
import { whileUnclear } from './unclear-create.ts';

/** The documented example, to the byte. */
const exampleBody = `{
    "to": "+12025551234",
    "verification": 98765
  }`;
const to = '+12025551234';
const sidForm = /^Call initiated with SID: (CA[0-9a-f]{32})$/;

let reach: (() => Promise<void>) | null = null;
let server: RunningServer;
beforeAll(async () => {
  const fetchAfter: typeof fetch = async (...request) => {
    await reach?.();
    return fetch(...request);
  };
  server = await startSpokenServer({ config: { maxConcurrentCalls: 1000 }, overrides: { fetch: fetchAfter } });
  server.person(to, 'declines after 1s');
});
afterAll(() => server.stop());

async function send(body: unknown, headers?: Record<string, string>) {
  const response = await server.post('/call-customer', body, headers);
  const text = await response.text();
  // Whatever was wrong, nothing of the inside comes out.
  expect(text).not.toMatch(/ at .*:\d+:\d+|node_modules|\.ts\b|SyntaxError|FST_ERR/);
  return { status: response.status, text, headers: response.headers };
}

const placedCalls = () => server.simulator.calls();

let people = 0;
/** A number of its own: no number is rung by two calls at once. */
function someone(): string {
  people += 1;
  const number = `+1202555${2000 + people}`;
  server.person(number, 'declines after 1s');
  return number;
}

async function place(number: string, verification = 98765): Promise<string> {
  const { text } = await send({ to: number, verification });
  const [, sid] = sidForm.exec((JSON.parse(text) as { message: string }).message) ?? [];
  if (!sid) throw new Error(`not placed: ${text}`);
  return sid;
}

describe('the documented request', () => {
  it('is answered with the SID, exactly as documented, and the carrier was asked with inline TwiML', async () => {
    const answer = await send(exampleBody);
    const [, sid = ''] = sidForm.exec((JSON.parse(answer.text) as { message: string }).message) ?? [];
    expect(answer).toMatchObject({ status: 200, text: `{"message":"Call initiated with SID: ${sid}"}` });
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    const order = placedCalls().find((call) => call.sid === sid)?.request ?? {};
    const call = await server.get<CallWithTurns>(`/v1/calls/${sid}`);
    expect(order).toMatchObject({ To: [to], From: ['+15551234567'] });
    expect(order.Url).toBeUndefined();
    const document = order.Twiml?.[0] ?? '';
    const stream = `<Connect><Stream url="${server.url.replace('http', 'ws')}/media-stream/98765/${call.id}"/></Connect>`;
    expect(document).toMatch(
      /<Response><Start><Recording [^>]*\/><\/Start><Start><Transcription [^>]*\/><\/Start><Connect>/,
    );
    expect(document.endsWith(`${stream}<Hangup/></Response>`)).toBe(true);
    expect(document).toContain(`recordingStatusCallback="${server.url}/api/call-recording?callId=${call.id}`);
    expect(document).toContain(`statusCallbackUrl="${server.url}/api/call-transcript?callId=${call.id}`);
  });

  it('stores the call, in progress, before the carrier is asked', async () => {
    const listed: unknown[] = [];
    reach = async () => {
      reach = null;
      listed.push(await server.get('/v1/calls?verification=4711'));
    };
    const number = someone();
    await place(number, 4711);
    expect(listed).toMatchObject([
      { data: [{ to: number, verification: 4711, state: 'in_progress', dialect: 'call-customer', carrier_sid: null }] },
    ]);
  });

  it.each([[0], [-5], [1.5], [1e-7], [Number.MAX_SAFE_INTEGER]])(
    'takes the number %d, and finds it again',
    async (number) => {
      const sid = await place(someone(), number);
      const { data } = await server.get<{ data: CallWithTurns[] }>(`/v1/calls?verification=${String(number)}`);
      expect(data).toMatchObject([{ carrier_sid: sid, verification: number }]);
      const twiml = placedCalls().find((call) => call.sid === sid)?.request?.Twiml?.[0];
      expect(twiml).toContain(`/media-stream/${String(number)}/${data[0]?.id}"`);
    },
  );

  it('may repeat its number, and finds every call that has it', async () => {
    const sids = [await place(someone(), 5150), await place(someone(), 5150)];
    const { data } = await server.get<{ data: CallWithTurns[] }>('/v1/calls?verification=5150');
    expect(data.map(({ carrier_sid }) => carrier_sid).toSorted()).toEqual(sids.toSorted());
    expect((await server.get<{ data: unknown[] }>('/v1/calls?verification=51501')).data).toEqual([]);
  });
});

describe('a request that makes no sense', () => {
  it.each<[string, unknown, string]>([
    ['without to', { verification: 98765 }, '"to" is required'],
    ['without verification', { to }, '"verification" is required'],
    ['without both', {}, '"to" is required'],
    ['whose verification is text', { to, verification: '98765' }, '"verification" must be a number'],
    ['whose verification is null', { to, verification: null }, '"verification" must be a number'],
    ['whose verification is too large', `{"to":"${to}","verification":1e999}`, '"verification" cannot be infinity'],
    ['whose to is a number', { to: 12025551234, verification: 1 }, '"to" must be a string'],
    ['whose to is empty', { to: '', verification: 1 }, '"to" is not allowed to be empty'],
    ['whose to is no number', { to: '2025551234', verification: 1 }, '"to" must be a phone number in E.164 format'],
    ['that is an array', [{ to, verification: 1 }], '"value" must be of type object'],
    ['that is text', '"+12025551234"', '"value" must be of type object'],
    ['that is null', 'null', '"value" must be of type object'],
    ['that is not JSON', '{"to": +1}', 'The body is not valid JSON.'],
    ['that is empty', '', 'The body is empty; send a JSON object.'],
    ['that reaches for __proto__', '{"to":"+1","__proto__":{"x":1}}', 'The body is not valid JSON.'],
  ])('%s is told so in the documented shape, and nothing is stored', async (_name, body, message) => {
    const before = placedCalls().length;
    expect(await send(body)).toMatchObject({ status: 400, text: JSON.stringify({ message }) });
    expect(placedCalls()).toHaveLength(before);
  });

  it('of another type gets 415, and of more than 100 kB 413', async () => {
    const answers = [
      await send('to=%2B12025551234', { 'content-type': 'application/x-www-form-urlencoded' }),
      await send({ to, verification: 1, more: 'x'.repeat(100 * 1024) }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([415, 413]);
    for (const { text } of answers) expect(JSON.parse(text)).toEqual({ message: expect.any(String) });
  });
});

describe('a call that does not come about', () => {
  it.each([
    ['+15005550001', "The 'To' number +15005550001 does not appear to be valid."],
    ['+15005550004', "The 'To' number +15005550004 is on the block list."],
  ])('%s: 500 with the words of the carrier', async (number, words) => {
    const message = `Failed to initiate call: ${words}`;
    expect(await send({ to: number, verification: 1 })).toMatchObject({
      status: 500,
      text: JSON.stringify({ message }),
    });
  });

  it('says that the phone may ring when the carrier gave no clear answer', async () => {
    const answer = await whileUnclear(server.simulator, 'ambiguous-html', () =>
      send({ to: someone(), verification: 1 }),
    );
    expect(answer.status).toBe(500);
    expect(answer.text).toMatch(/^\{"message":"Failed to initiate call: The carrier did not confirm the call call_/);
  });

  it('is 403 with a code beside the message when the number must not be called', async () => {
    const number = '+12025550178';
    const entry = { client_id: '', number, reason: 'asked by letter', call_id: null, created_at: new Date() };
    await addToDoNotCall(server.callwright.store.db, entry);
    const before = placedCalls().length;
    const answer = await send({ to: number, verification: 1 });
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.text)).toEqual({
      message: 'This number is on the do-not-call list (asked by letter).',
      code: 'dial/do-not-call',
    });
    expect(placedCalls()).toHaveLength(before);
  });

  it('is asked for once under an Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'once' };
    const number = someone();
    const first = await send({ to: number, verification: 1 }, headers);
    const before = placedCalls().length;
    expect(await send({ to: number, verification: 1 }, headers)).toMatchObject({ status: 200, text: first.text });
    const other = await send({ to: number, verification: 2 }, headers);
    expect(other.status).toBe(422);
    expect(JSON.parse(other.text)).toEqual({ message: 'this Idempotency-Key was used with another request body' });
    expect(placedCalls()).toHaveLength(before);
  });
});

it('with a real carrier needs a key, unless the operator opened the form', async () => {
  const [closed, open] = await Promise.all([
    startWithAccount(),
    startWithAccount({ config: { openDialects: ['call-customer'] } }),
  ]);
  const ask = (url: string, headers: Record<string, string> = {}) =>
    fetch(`${url}/call-customer`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: exampleBody,
    });
  const refused = await ask(closed.url);
  expect([refused.status, await refused.json()]).toEqual([
    401,
    { message: 'Send a valid key in the header Authorization: Bearer <key>' },
  ]);
  expect((await ask(closed.url, { authorization: 'Bearer wrong' })).status).toBe(401);
  expect((await ask(closed.url, closed.key)).status).toBe(200);
  expect((await ask(open.url)).status).toBe(200);
  expect((await ask(open.url, { authorization: 'Bearer wrong' })).status).toBe(401);
  await Promise.all([closed.stop(), open.stop()]);
});

describe('the whole call', () => {
  const talker = '+12025550111';
  const script =
    'answers after 1s\nlistens\nsays "What is this about?"\nlistens\npresses 42#\nlistens\nwaits 8s\nhangs up';
  let sid: string;
  let call: CallWithTurns;
  let events: EventResource[];
  const hear = (headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`${server.url}/v1/calls/${sid}/recording`, { method, headers });

  beforeAll(async () => {
    server.person(talker, script);
    const recording = { script: [{ type: 'missing' as const, times: 1 }] };
    server.simulator.setFaults({ recordingMedia: recording });
    const ready = await hearOf(server, 'recording.ready', 2);
    sid = await place(talker);
    const problem = await hear();
    expect([problem.status, ((await problem.json()) as { code: string }).code]).toEqual([404, 'recording/none']);
    call = await server.whenOver(sid);
    await ready.happened;
    events = (await server.get<{ data: EventResource[] }>(`/v1/calls/${sid}/events`)).data;
  });

  it('was a conversation until the person hung up', () => {
    expect(call).toMatchObject({
      ...{ status: 'completed', state: 'ended', outcome: 'talked', ended_reason: 'person_hung_up', ended_by: 'person' },
      ...{ verification: 98765, dialect: 'call-customer', fault: null },
    });
    const truth = placedCalls().find((one) => one.sid === sid);
    if (truth) expectBothSidesToAgree(call, truth);
    expect(spokenIn(call).filter((turn) => turn.startsWith('person'))).toEqual([
      'person: What is this about?',
      'person: [pressed 42#]',
    ]);
    expect(spokenIn(call)[0]).toMatch(/^assistant: .*automated assistant/);
    const [stream] = placedCalls().find((one) => one.sid === sid)?.streams ?? [];
    expect(stream?.bytesReceived).toBeGreaterThanOrEqual(2400);
    expect(stream?.end).toBe('stopped');
  });

  it('names the caller’s own number in its events', () => {
    const own = events.filter(({ type }) => !type.startsWith('turn.'));
    // Who picked up is found out meanwhile, and what came of the call afterwards.
    const aside = ['answer.detected', 'person.detected', 'call.analyzed'];
    expect(own.map(({ type }) => type).filter((type) => !aside.includes(type))).toEqual([
      ...[
        'call.queued',
        'call.dialing',
        'call.ringing',
        'call.started',
        'call.ended',
        'recording.ready',
        'recording.ready',
      ],
    ]);
    for (const { data } of own) expect(data).toMatchObject({ verification: 98765 });
  });

  it('can be had as MP3, whole, and by whose recording it is', async () => {
    const ask = (query: string) => fetch(`${server.url}/v1/calls/${sid}/recording?${query}`);
    const mp3 = await ask('format=mp3');
    expect([mp3.status, mp3.headers.get('content-type')]).toEqual([200, 'audio/mpeg']);
    const bytes = Buffer.from(await mp3.arrayBuffer());
    expect(bytes.readUInt16BE(0) & 0xfffe).toBe(0xffe2);
    expect(bytes.length).toBeGreaterThan(1000);
    expect((await ask('format=wav&source=carrier')).status).toBe(200);
    expect((await ask('format=wav&source=own')).status).toBe(200);
    expect((await ask('format=ogg')).status).toBe(400);
    const list = await server.get<{ data: unknown[] }>(`/v1/calls/${sid}/recordings`);
    expect(list.data).toEqual(
      expect.arrayContaining(
        ['own', 'carrier'].map((source) => expect.objectContaining({ source, status: 'ready', channels: 2 })),
      ),
    );
  });

  it('has what the carrier wrote down beside our own transcript', async () => {
    const transcript = await server.get<{ turns: unknown[]; carrier_transcript: { speaker: string; text: string }[] }>(
      `/v1/calls/${sid}/transcript`,
    );
    expect(transcript.turns).toEqual(call.turns);
    const said = transcript.carrier_transcript.filter(({ speaker }) => speaker === 'person');
    expect(said.map(({ text }) => text)).toEqual(['What is this about?']);
  });

  it('can be heard, whole and in part', async () => {
    const response = await hear();
    expect(Object.fromEntries(response.headers)).toMatchObject({
      ...{ 'content-type': 'audio/wav', 'accept-ranges': 'bytes', 'cache-control': 'no-store' },
      'content-disposition': `attachment; filename="${call.id}.wav"`,
      'x-content-type-options': 'nosniff',
    });
    const whole = Buffer.from(await response.arrayBuffer());
    expect(response.status).toBe(200);
    expect(whole.subarray(0, 4).toString()).toBe('RIFF');
    expect(response.headers.get('content-length')).toBe(String(whole.length));
    expect(response.headers.get('etag')).toBe(`"${createHash('sha256').update(whole).digest('hex')}"`);
    const ready = events.filter(({ type }) => type === 'recording.ready').map(({ data }) => data);
    expect(ready).toContainEqual(expect.objectContaining({ length: whole.length, content_type: 'audio/wav' }));
    const ranges: [string, number, number][] = [
      ['bytes=0-3', 0, 4],
      ['bytes=44-', 44, whole.length],
      ['bytes=-10', whole.length - 10, whole.length],
      [`bytes=100-${whole.length * 2}`, 100, whole.length],
    ];
    for (const [range, from, until] of ranges) {
      const part = await hear({ range });
      expect([range, part.status]).toEqual([range, 206]);
      expect(part.headers.get('content-range')).toBe(`bytes ${from}-${until - 1}/${whole.length}`);
      expect(Buffer.from(await part.arrayBuffer()).equals(whole.subarray(from, until))).toBe(true);
    }
    const beyond = await hear({ range: `bytes=${whole.length}-` });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${whole.length}`]);
    expect(((await beyond.json()) as { status: number }).status).toBe(416);
    for (const headers of [{ range: 'bytes=0-1,4-5' }, { range: 'bytes=0-1', 'if-range': '"another"' }]) {
      const all = await hear(headers as Record<string, string>);
      expect([all.status, (await all.arrayBuffer()).byteLength]).toEqual([200, whole.length]);
    }
  });

  it('tells its length without its sound', async () => {
    const head = await hear({}, 'HEAD');
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(1000);
    const part = await hear({ range: 'bytes=0-9' }, 'HEAD');
    expect([part.status, part.headers.get('content-length')]).toEqual([206, '10']);
  });

  it('is heard only by who names a call that is there', async () => {
    for (const path of ['call_unknown', '..%2f..%2fsecrets', 'CA0']) {
      expect((await fetch(`${server.url}/v1/calls/${path}/recording`)).status).toBe(404);
    }
    const wrongKey = await hear({ authorization: 'Bearer wrong' });
    expect(wrongKey.status).toBe(401);
  });
});
