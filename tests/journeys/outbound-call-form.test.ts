/** `POST /api/outbound-call` over real HTTP: every documented request and answer, and what happens to bad ones. */
import { request as httpRequest } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../src/call/testing/open-room.ts';
import { isOnTheLine } from '../../src/store/call-queue.ts';
import { addToDoNotCall } from '../../src/store/do-not-call.ts';
import { type RunningServer, startServer } from '../setup/running-server.ts';
import { whileUnclear } from './unclear-create.ts';

const path = '/api/outbound-call';
const to = '+15558675310';
const sidForm = /^CA[0-9a-f]{32}$/;

/** Holds every request to the carrier while it is closed. */
function createGate() {
  let hold: Promise<void> | null = null;
  let open: () => void = () => {};
  let reached: () => void = () => {};
  const fetchThrough: typeof fetch = async (...request) => {
    reached();
    await hold;
    return fetch(...request);
  };
  return {
    fetch: fetchThrough,
    close() {
      const whenReached = new Promise<void>((resolve) => (reached = resolve));
      hold = new Promise((resolve) => (open = resolve));
      return { whenReached, open: () => open() };
    },
  };
}

const gate = createGate();
let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ config: { maxConcurrentCalls: 1000 }, overrides: { fetch: gate.fetch } });
  server.person(to, 'declines after 1s');
});
// One number is rung by one call at a time.
afterEach(() => until(async () => !(await isOnTheLine(server.callwright.store.db, to))));
afterAll(() => server.stop());

async function send(body: unknown, headers?: Record<string, string>) {
  const response = await server.post(path, body, headers);
  const text = await response.text();
  // Whatever was wrong, nothing of the inside comes out.
  expect(text).not.toMatch(/ at .*:\d+:\d+|node_modules|\.ts\b|SyntaxError|FST_ERR/);
  return { status: response.status, headers: response.headers, body: JSON.parse(text) as Record<string, unknown> };
}

const placedCalls = () => server.simulator.calls().length;

describe('a call that is placed', () => {
  it.each([
    [
      'the example of the guide',
      { customerName: 'John Doe', accountId: 'ACC123456', callReason: 'Account verification' },
    ],
    [
      'a payment reminder',
      {
        customerName: 'John Doe',
        callType: 'payment_reminder',
        amount: '$150.00',
        dueDate: '2025-12-15',
        accountId: 'ACC123',
      },
    ],
    [
      'an appointment reminder',
      {
        customerName: 'Jane Smith',
        callType: 'appointment_reminder',
        appointmentDate: '2025-12-08',
        appointmentTime: '2:30 PM',
        doctorName: 'Dr. Johnson',
        appointmentType: 'Annual checkup',
      },
    ],
    [
      'a follow-up',
      {
        customerName: 'Robert Wilson',
        callType: 'followup',
        ticketId: 'TICKET-789',
        issueType: 'billing_inquiry',
        lastContactDate: '2025-11-28',
        agentName: 'Maria',
      },
    ],
  ])('%s: answers with the SID, and the carrier was asked as documented', async (_name, customParameters) => {
    const answer = await send({ to, customParameters });
    expect(answer).toMatchObject({
      status: 200,
      body: { callSid: expect.stringMatching(sidForm), status: 'queued', to, from: '+15551234567' },
    });
    expect(Object.keys(answer.body)).toEqual(['callSid', 'status', 'to', 'from']);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    const order = server.simulator.calls().find(({ sid }) => sid === answer.body.callSid)?.request ?? {};
    expect(order).toMatchObject({ To: [to], From: ['+15551234567'] });
    expect(order.StatusCallbackEvent).toEqual(['initiated', 'ringing', 'answered', 'completed']);
    const [instructions, status] = [new URL(order.Url?.[0] ?? ''), new URL(order.StatusCallback?.[0] ?? '')];
    expect(instructions.origin + instructions.pathname).toBe(`${server.url}/api/outbound-call-twiml`);
    expect(JSON.parse(instructions.searchParams.get('customParams') ?? '')).toEqual(customParameters);
    expect(status.origin + status.pathname).toBe(`${server.url}/api/call-status`);
  });

  it.each([
    ['none', { to }],
    ['null', { to, customParameters: null }],
    ['an empty object', { to, customParameters: {} }],
    ['a property nobody knows beside it', { to, customParameters: {}, unknown: [1] }],
  ])('needs no parameters: %s', async (_name, body) => {
    expect(await send(body)).toMatchObject({ status: 200, body: { callSid: expect.stringMatching(sidForm) } });
  });

  it('shows up in /v1/calls with its parameters as they were', async () => {
    const customParameters = {
      count: 3,
      open: true,
      nothing: null,
      list: [1, 'a'],
      '<&"\'>': '<Say>\u0001\u{1f600}</Say>',
    };
    const { body } = await send({ to, customParameters });
    const call = await server.get<Record<string, unknown>>(`/v1/calls/${body.callSid}`);
    expect(call).toMatchObject({ dialect: 'outbound-call', direction: 'outbound', to, parameters: customParameters });
  });
});

describe('a request that makes no sense', () => {
  const missing = { error: 'Missing required field: to' };
  it.each([
    ['no to', { customParameters: { customerName: 'John' } }],
    ['to: null', { to: null }],
    ['an empty to', { to: '' }],
    ['an array', [{ to }]],
    ['a string', '"+15558675310"'],
    ['null', 'null'],
    ['a number', '7'],
  ])('with %s gets exactly the documented answer', async (_name, body) => {
    expect(await send(body)).toMatchObject({ status: 400, body: missing });
  });

  const badNumber = {
    error: 'Invalid phone number',
    message: 'to must be in E.164 format, for example +15558675310',
  };
  it.each([
    ['15558675310'],
    ['+05558675310'],
    ['+1'],
    ['+1555867531012345'],
    ['+1 555 867 5310'],
    ['+1-555-867-5310'],
    ['0015558675310'],
    ['+15558675310\n'],
    [' +15558675310'],
    ['+15558675310;ext=1'],
    ['+1555867531٠'],
    ['＋15558675310'],
    ['tel:+15558675310'],
    ['+15558675310,+15559876543'],
    ["+1555' or 1=1"],
    [15558675310],
    [true],
    [['+15558675310']],
    [{ number: '+15558675310' }],
  ])('is refused for the number %j', async (number) => {
    const before = placedCalls();
    expect(await send({ to: number })).toMatchObject({ status: 400, body: badNumber });
    expect(placedCalls()).toBe(before);
  });

  it.each([['text'], [7], [true], [['a']]])('is refused for customParameters that are %j', async (customParameters) => {
    expect(await send({ to, customParameters })).toMatchObject({
      status: 400,
      body: { error: 'Invalid customParameters', message: 'customParameters must be a JSON object' },
    });
  });

  it.each([
    [
      'too long',
      { text: 'x'.repeat(6000) },
      /^customParameters are too long: \d+ characters in a URL, of 6000 allowed$/,
    ],
    ['with U\\u0000000', { deep: [{ text: 'a\0b' }] }, /U\+0000/],
    ['with half a character', { text: 'a\ud83d' }, /half a character/],
    ['with half a character in a name', { 'a\udc00': 1 }, /half a character/],
  ])('is refused for customParameters %s', async (_name, customParameters, message) => {
    const answer = await send({ to, customParameters });
    expect(answer).toMatchObject({ status: 400, body: { error: 'Invalid customParameters' } });
    expect(answer.body.message).toMatch(message);
  });

  const nested = (levels: number) => `{"to":"+1","customParameters":${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}}`;
  it.each([
    ['is not JSON', '{"to": +15558675310}', 'The body is not valid JSON.'],
    ['is cut', '{"to": "+1555', 'The body is not valid JSON.'],
    ['is empty', '', 'The body is empty; send a JSON object.'],
    ['is nested 40 levels', nested(40), 'The body is nested deeper than 32 levels.'],
    ['is nested 16,000 levels', nested(16_000), 'The body is nested deeper than 32 levels.'],
    ['reaches for __proto__', '{"to":"+1","__proto__":{"isAdmin":true}}', 'The body is not valid JSON.'],
    ['hides __proto__', '{"to":"+1","customParameters":{"\\u005f_proto__":{"x":1}}}', 'The body is not valid JSON.'],
    [
      'reaches for constructor.prototype',
      '{"to":"+1","customParameters":{"constructor":{"prototype":{"x":1}}}}',
      'The body is not valid JSON.',
    ],
  ])('whose body %s gets 400', async (_name, body, message) => {
    expect(await send(body)).toMatchObject({ status: 400, body: { error: 'Invalid request', message } });
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it.each([
    ['text/plain', '{"to":"+15558675310"}'],
    ['application/x-www-form-urlencoded', 'to=%2B15558675310'],
    ['application/xml', '<to/>'],
    ['nonsense', '{}'],
  ])('of type %s gets 415', async (type, body) => {
    const answer = await send(body, { 'content-type': type });
    expect(answer).toMatchObject({ status: 415, body: { error: 'Invalid request', message: expect.any(String) } });
  });

  it('of more than 100 kB gets 413', async () => {
    const answer = await send({ to, customParameters: { text: 'x'.repeat(100 * 1024) } });
    expect(answer).toMatchObject({ status: 413, body: { error: 'Invalid request', message: expect.any(String) } });
  });

  it('of more than 100 kB gets 413 even when it does not say how long it is', async () => {
    const answered = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
      const sending = httpRequest(`${server.url}${path}`, { method: 'POST', headers }, (response) => {
        resolve(response.statusCode);
        response.resume();
      });
      sending.on('error', reject);
      sending.end('x'.repeat(101 * 1024));
    });
    expect(answered).toBe(413);
  });
});

describe('a call that the carrier refuses', () => {
  it.each([
    ['+15005550001', "The 'To' number +15005550001 does not appear to be valid."],
    ['+15005550003', "The 'To' number +15005550003 is in a country that the account has no permission to call."],
    ['+15005550004', "The 'To' number +15005550004 is on the block list."],
    ['+12', "The 'To' number +12 is not a valid phone number."],
  ])('%s: 500 with the words of the carrier', async (number, message) => {
    const answer = await send({ to: number });
    expect(answer).toMatchObject({ status: 500, body: { error: 'Failed to initiate outbound call', message } });
    expect(Object.keys(answer.body)).toEqual(['error', 'message']);
  });

  it('says that the phone may ring when the carrier gave no clear answer', async () => {
    const answer = await whileUnclear(server.simulator, 'ambiguous-html', () => send({ to: '+15558675311' }));
    expect(answer).toMatchObject({ status: 500, body: { error: 'Failed to initiate outbound call' } });
    expect(answer.body.message).toMatch(/^The carrier did not confirm the call call_\w+\. It may still ring;/);
  });
});

describe('a call that a rule forbids', () => {
  it('is 403 with a code when the number must not be called, and stays on record', async () => {
    const number = '+12025550177';
    const entry = { client_id: '', number, reason: 'asked by letter', call_id: null, created_at: new Date() };
    await addToDoNotCall(server.callwright.store.db, entry);
    const before = placedCalls();
    expect(await send({ to: number })).toMatchObject({
      status: 403,
      body: {
        error: 'Call not allowed',
        message: 'This number is on the do-not-call list (asked by letter).',
        code: 'dial/do-not-call',
      },
    });
    expect(placedCalls()).toBe(before);
    const { data } = await server.get<{ data: unknown[] }>(`/v1/calls?to=${encodeURIComponent(number)}`);
    expect(data).toMatchObject([{ status: 'blocked', error: { code: 'dial/do-not-call' } }]);
  });
});

describe('an Idempotency-Key', () => {
  it('gives the same answer again and one call', async () => {
    const headers = { 'idempotency-key': 'same-again' };
    const first = await send({ to }, headers);
    const before = placedCalls();
    const second = await send({ to }, headers);
    expect(second).toMatchObject({ status: 200, body: first.body });
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(placedCalls()).toBe(before);
  });

  it('gives a refusal again too', async () => {
    const headers = { 'idempotency-key': 'refused' };
    const first = await send({ to: '+15005550001' }, headers);
    expect(await send({ to: '+15005550001' }, headers)).toMatchObject({ status: 500, body: first.body });
  });

  it('with another body is 422 and no call', async () => {
    const headers = { 'idempotency-key': 'other-body' };
    await send({ to }, headers);
    const before = placedCalls();
    expect(await send({ to, customParameters: { a: 1 } }, headers)).toMatchObject({
      status: 422,
      body: { error: 'Idempotency-Key refused', message: 'this Idempotency-Key was used with another request body' },
    });
    expect(placedCalls()).toBe(before);
  });

  it('whose first request is in flight is 409, and the first one goes on', async () => {
    const headers = { 'idempotency-key': 'in-flight' };
    const { whenReached, open } = gate.close();
    const first = send({ to }, headers);
    await whenReached;
    expect(await send({ to }, headers)).toMatchObject({ status: 409, body: { error: 'Idempotency-Key refused' } });
    open();
    expect(await first).toMatchObject({ status: 200 });
  });

  it('of ten requests at once places one call', async () => {
    const before = placedCalls();
    const headers = { 'idempotency-key': 'ten-at-once' };
    const answers = await Promise.all(Array.from({ length: 10 }, () => send({ to }, headers)));
    expect(placedCalls()).toBe(before + 1);
    const placed = answers.filter(({ status }) => status === 200);
    expect(new Set(placed.map(({ body }) => body.callSid)).size).toBe(1);
    expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true);
  });

  it.each([[''], ['x'.repeat(256)]])('%j is refused', async (key) => {
    expect(await send({ to }, { 'idempotency-key': key })).toMatchObject({
      status: 400,
      body: { error: 'Idempotency-Key refused', message: 'Idempotency-Key must be 1 to 255 characters' },
    });
  });
});
