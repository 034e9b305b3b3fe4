/** `POST /secure/make-call` and its relatives as their document shows them, over real HTTP. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  clientCallAnswerSchema,
  clientCallsSchema,
  clientStatsSchema,
  makeCallErrorSchema,
} from '../../src/api/contract/client-calls.ts';
import type { ClientResource } from '../../src/api/contract/clients.ts';
import { type RunningServer, startServer } from '../setup/running-server.ts';
import { whileUnclear } from './unclear-create.ts';

const phone = '+12125551234';
const password = 'correct horse battery staple';

let server: RunningServer;
let carrierIsDown = false;
const fetchUnlessDown: typeof fetch = (...request) =>
  carrierIsDown
    ? Promise.reject(
        new TypeError('fetch failed', {
          cause: Object.assign(new Error(), { code: 'ECONNREFUSED', syscall: 'connect' }),
        }),
      )
    : fetch(...request);
const start = async () => {
  const started = await startServer({ overrides: { fetch: fetchUnlessDown } });
  started.person(phone, 'answers after 1s\nlistens\nhangs up');
  return started;
};
beforeAll(async () => {
  server = await start();
});
afterAll(() => server.stop());

type Json = Record<string, unknown>;

interface Client {
  resource: ClientResource;
  key: { authorization: string };
}

let made = 0;

/** A client who is logged in; its number is the simulated account's own unless told. */
async function createClient(fields: Json = {}): Promise<Client> {
  made += 1;
  const email = `client${made}@example.com`;
  const wanted = { name: `Client ${made}`, email, password, ...fields };
  const response = await server.post('/v1/clients', wanted);
  const resource = (await response.json()) as ClientResource;
  if (response.status !== 201) throw new Error(JSON.stringify(resource));
  const login = await server.post('/auth/login', { email, password });
  const { token } = (await login.json()) as { token: string };
  return { resource, key: { authorization: `Bearer ${token}` } };
}

async function change(client: Client, changes: Json): Promise<void> {
  const response = await fetch(`${server.url}/v1/clients/${client.resource.id}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(changes),
  });
  expect(response.status).toBe(200);
}

async function answerOf(pending: Promise<Response>): Promise<{ status: number; body: Json }> {
  const response = await pending;
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  const body = (await response.json()) as Json;
  expect(body.requestId).toBe(
    response.headers.get('idempotency-replayed') ? body.requestId : response.headers.get('x-request-id'),
  );
  return { status: response.status, body };
}

const makeCall = (key: Record<string, string>, body: unknown = { phone }) =>
  answerOf(server.post('/secure/make-call', body, key));
const get = (key: Record<string, string>, path: string) => answerOf(fetch(`${server.url}${path}`, { headers: key }));

describe('a client that calls from its own number', () => {
  let client: Client;
  let callSid: string;
  let requestId: string;
  const profile = { customer_name: 'Sarah Johnson & Söhne', balance: 12.5, callId: 'call_forged', is_member: true };
  beforeAll(async () => {
    client = await createClient({ twilio_phone_number: '+15551234567', profile, elevenlabs_agent_id: 'agent_1' });
    const { status, body } = await makeCall(client.key);
    expect(status).toBe(200);
    ({ callSid, requestId } = body as { callSid: string; requestId: string });
    expect(body).toEqual({ success: true, message: 'Call initiated successfully', callSid, requestId });
  });

  it('gets the documented answer with the carrier’s own SID', () => {
    expect(callSid).toMatch(/^CA[0-9a-f]{32}$/);
  });

  it('has its variables in the address that the carrier asks, and can forge no other call with them', () => {
    const order = server.simulator.calls().find(({ sid }) => sid === callSid);
    const url = new URL(order?.request?.Url?.[0] ?? '');
    expect(url.pathname).toBe('/twiml');
    expect(url.searchParams.get('callId')).toMatch(/^call_/);
    expect(url.searchParams.getAll('callId')).not.toContain('call_forged');
    expect(url.searchParams.get('customer_name')).toBe('Sarah Johnson & Söhne');
    expect(url.searchParams.get('balance')).toBe('12.5');
  });

  it('finds the call in its history with all that is known of it', async () => {
    const call = await server.whenOver(callSid);
    expect(call).toMatchObject({ client_id: client.resource.id, dialect: 'make-call', request_id: requestId });
    expect(call).toMatchObject({ parameters: profile, from: '+15551234567', to: phone, status: 'completed' });
    for (const id of [callSid, call.id]) {
      const { status, body } = await get(client.key, `/secure/calls/${id}`);
      expect(status).toBe(200);
      const answer = clientCallAnswerSchema.parse(body);
      expect(answer.call).toMatchObject({ callId: call.id, callSid, requestId, status: 'completed' });
      expect(answer.call.cost).toMatchObject({ currency: 'USD', knownMicros: expect.any(Number) });
      expect(answer.call.dynamicVariables).toEqual(profile);
      expect(answer.call.events.map(({ type }) => type)).toEqual(
        expect.arrayContaining(['call.queued', 'call.dialing', 'call.started', 'call.ended']),
      );
    }
  });

  it('lists its calls newest first, in pages, by status and by date', async () => {
    const second = (await makeCall(client.key)).body.callSid as string;
    await server.whenOver(second);
    const all = clientCallsSchema.parse((await get(client.key, '/secure/calls')).body);
    expect(all.calls.map((call) => call.callSid)).toEqual([second, callSid]);
    expect(all).toMatchObject({ page: 1, limit: 20, total: 2, hasMore: false, nextCursor: null });
    const first = clientCallsSchema.parse((await get(client.key, '/secure/calls?limit=1')).body);
    expect(first).toMatchObject({ total: 2, hasMore: true });
    for (const rest of ['page=2', `cursor=${first.nextCursor}`]) {
      const { calls } = clientCallsSchema.parse((await get(client.key, `/secure/calls?limit=1&${rest}`)).body);
      expect(calls.map((call) => call.callSid)).toEqual([callSid]);
    }
    const today = new Date(all.calls[0]!.createdAt).toISOString().slice(0, 10);
    const counted = async (query: string) =>
      clientCallsSchema.parse((await get(client.key, `/secure/calls?${query}`)).body).total;
    expect(await counted('status=completed')).toBe(2);
    expect(await counted('status=no-answer')).toBe(0);
    expect(await counted(`date=${today}`)).toBe(2);
    expect(await counted(`startDate=${today}&endDate=${today}`)).toBe(2);
    expect(await counted('startDate=2090-01-01')).toBe(0);
    expect(await counted('endDate=2020-01-01T00:00:00Z')).toBe(0);
    expect(await get(client.key, '/secure/calls?status=sleeping')).toMatchObject({ status: 400 });
    expect(await get(client.key, '/secure/calls?date=yesterday')).toMatchObject({ status: 400 });
  });

  it('gets its own figures', async () => {
    const { stats } = clientStatsSchema.parse((await get(client.key, '/secure/call-stats')).body);
    expect(stats).toMatchObject({ totalCalls: 2, byStatus: { completed: 2 }, answeredCalls: 2, answerRate: 1 });
    expect(stats.totalDurationSeconds).toBeGreaterThanOrEqual(0);
    expect(stats.perDay.reduce((sum, { calls }) => sum + calls, 0)).toBe(2);
    expect(stats.cost).toMatchObject({ currency: 'USD', knownMicros: expect.any(Number) });
  });

  it('shows no other client that there is such a call', async () => {
    const other = await createClient();
    expect(await get(other.key, `/secure/calls/${callSid}`)).toMatchObject({ status: 404 });
    expect((await get(other.key, '/secure/calls')).body).toMatchObject({ calls: [], total: 0 });
    expect((await get(other.key, '/secure/call-stats')).body).toMatchObject({
      stats: { totalCalls: 0, answerRate: null },
    });
    const { callId } = ((await get(client.key, '/secure/calls')).body.calls as { callId: string }[])[0]!;
    expect((await fetch(`${server.url}/v1/calls/${callId}`, { headers: other.key })).status).toBe(404);
  });

  it('makes one call for one Idempotency-Key, and gives the first answer again', async () => {
    const key = { ...client.key, 'idempotency-key': 'one-call' };
    const before = server.simulator.calls().length;
    const first = await makeCall(key);
    const again = await makeCall(key);
    expect(again).toEqual(first);
    expect(server.simulator.calls().length).toBe(before + 1);
    expect(await makeCall(key, { phone: '+12125559999' })).toMatchObject({ status: 422 });
    await server.whenOver(first.body.callSid as string);
  });
});

describe('a request that is refused', () => {
  let client: Client;
  beforeAll(async () => {
    client = await createClient();
  });

  it.each([[{}], [{ phone: '' }], [{ phone: null }], [[]], [null]])('for %j asks for the number', async (body) => {
    const answered = await makeCall(client.key, body);
    const { requestId } = answered.body;
    expect(answered).toEqual({ status: 400, body: { error: 'Destination phone number is required', requestId } });
  });

  it.each([
    '2125551234',
    '+0125551234',
    '+1 212 555 1234',
    '12125551234',
    'tel:+12125551234',
    ' +12125551234',
    12125551234,
    ['+12125551234'],
  ])('for the phone %j says how to write it', async (given) => {
    const answered = await makeCall(client.key, { phone: given });
    const error = 'Phone number must be in E.164 format (e.g., +12125551234)';
    expect(answered).toEqual({ status: 400, body: { error, requestId: answered.body.requestId } });
  });

  it('without a number of its own says so', async () => {
    const { status, body } = await makeCall(client.key);
    expect(status).toBe(400);
    expect(makeCallErrorSchema.parse(body).error).toBe('Client has no Twilio phone number to call from');
  });

  it.each(['Inactive', 'Suspended'])('for a client that is %s says so', async (clientStatus) => {
    await change(client, { status: clientStatus });
    const { status, body } = await makeCall(client.key);
    expect(status).toBe(403);
    expect(body).toEqual({ error: `Client is not active (status: ${clientStatus})`, requestId: body.requestId });
    await change(client, { status: 'Active' });
  });

  it('for a client that was removed says that it is not found, and lets it see nothing any more', async () => {
    const gone = await createClient();
    await fetch(`${server.url}/v1/clients/${gone.resource.id}`, { method: 'DELETE' });
    for (const answered of [await makeCall(gone.key), await get(gone.key, '/secure/calls')]) {
      expect(answered).toEqual({
        status: 404,
        body: { error: 'Client not found', requestId: answered.body.requestId },
      });
    }
    expect((await fetch(`${server.url}/v1/calls`, { headers: gone.key })).status).not.toBe(200);
    const { email } = gone.resource;
    expect((await server.post('/auth/login', { email, password })).status).toBe(401);
  });

  it.each([
    ['without a token', () => ({})],
    ['with a wrong token', () => ({ authorization: 'Bearer abc' })],
    ['with a token that was tampered with', () => ({ authorization: `${client.key.authorization}x` })],
    ['with the operator’s own key', () => ({ authorization: `Bearer ${server.callwright.operatorKey}` })],
  ])('%s is nobody’s', async (_name, headers) => {
    for (const answered of [await makeCall(headers()), await get(headers(), '/secure/calls')]) {
      expect(answered).toEqual({ status: 401, body: { error: 'Unauthorized', requestId: answered.body.requestId } });
    }
  });

  it.each([
    ['{"phone":', 400, 'application/json'],
    ['', 400, 'application/json'],
    ['phone=%2B12125551234', 415, 'application/x-www-form-urlencoded'],
    [JSON.stringify({ phone, padding: 'x'.repeat(110_000) }), 413, 'application/json'],
  ])('whose body cannot be read is told so in the same shape', async (body, status, type) => {
    const answered = await makeCall({ ...client.key, 'content-type': type }, body);
    expect(answered.status).toBe(status);
    expect(makeCallErrorSchema.parse(answered.body)).toEqual(answered.body);
  });

  it('for a number that must not be called says why', async () => {
    await change(client, { twilio_phone_number: '+15557654321' });
    await server.post('/v1/do-not-call', { number: '+12125550199', client_id: client.resource.id });
    const { status, body } = await makeCall(client.key, { phone: '+12125550199' });
    expect(status).toBe(403);
    expect(makeCallErrorSchema.parse(body).code).toBe('dial/do-not-call');
  });

  it('by the carrier as no phone number has the documented answer', async () => {
    await change(client, { twilio_phone_number: '+15557654321' });
    const answered = await makeCall(client.key, { phone: '+123' });
    const { requestId } = answered.body;
    const body = {
      error: "Invalid 'To' phone number",
      details: "The 'To' number +123 is not a valid phone number.",
      resolution: 'Check the phone number format and try again',
      requestId,
    };
    expect(answered).toEqual({ status: 400, body });
    const history = await get(client.key, '/secure/calls?limit=1');
    expect(history.body.calls).toMatchObject([{ to: '+123', requestId, status: 'failed', callSid: null }]);
  });

  it.each([
    ['+15005550001', 400, 'The number to call does not appear to be valid'],
    ['+15005550002', 400, 'The number to call cannot be reached'],
    ['+15005550003', 403, 'The geographic permissions of the account forbid this destination'],
    ['+15005550004', 403, 'Twilio blocks calls to this number'],
  ])('by the carrier for %s is %i with its words and a way out', async (to, status, error) => {
    const answered = await makeCall(client.key, { phone: to });
    const { requestId, details, resolution } = answered.body;
    expect(answered).toEqual({ status, body: { error, details, resolution, requestId } });
    expect(details).toContain(to);
    expect(resolution).toMatch(/^[A-Z].*\.$/);
  });

  it.each([
    [13227, 400, 403],
    [20404, 404, 404],
    [21214, 400, 400],
    [21215, 400, 403],
    [21216, 400, 403],
    [99999, 400, 500],
  ])('by the carrier with code %i (HTTP %i) is %i', (...codes) => expectRefusal(client, codes));

  it('when nobody knows whether it rings tells not to ask again at once', async () => {
    const { status, body } = await whileUnclear(server.simulator, 'ambiguous-cut', () =>
      makeCall(client.key, { phone: '+12125550151' }),
    );
    expect([status, body.error]).toEqual([500, 'Twilio service unavailable']);
    expect(body.details).toMatch(/may still ring/);
  });
});

/** What the carrier says of the whole account holds up the next calls, so each has a server of its own. */
describe('a request at an account that takes no calls', () => {
  let usual: RunningServer;
  let client: Client;
  beforeEach(async () => {
    usual = server;
    server = await start();
    client = await createClient({ twilio_phone_number: '+15557654321' });
  });
  afterEach(async () => {
    await server.stop();
    server = usual;
  });

  it.each([
    [20003, 401, 500],
    [20429, 429, 429],
  ])('by the carrier with code %i (HTTP %i) is %i', (...codes) => expectRefusal(client, codes));

  it('while the carrier cannot be reached says so', async () => {
    carrierIsDown = true;
    const answered = await makeCall(client.key);
    carrierIsDown = false;
    const { requestId } = answered.body;
    expect(answered).toEqual({ status: 500, body: { error: 'Twilio service unavailable', requestId } });
  });
});

async function expectRefusal(client: Client, [code, httpStatus, status]: [number, number, number]): Promise<void> {
  const refused = { type: 'refused', status: httpStatus, code, message: 'Words of the carrier.' } as const;
  server.simulator.setFaults({ creates: { script: [refused] } });
  const answered = await makeCall(client.key);
  expect([answered.status, answered.body.details]).toEqual([status, 'Words of the carrier.']);
  expect(makeCallErrorSchema.required({ resolution: true }).parse(answered.body)).toEqual(answered.body);
}

describe('the limits of a client', () => {
  it('end a day’s calls with 429 and a time to come back', async () => {
    const client = await createClient({ limits: { calls_per_day: 1 } });
    await change(client, { twilio_phone_number: '+15550001111' });
    const call = { to: phone, from: '+15551234567' };
    expect((await server.post('/v1/calls', call, client.key)).status).toBe(201);
    const refused = await server.post('/secure/make-call', { phone }, client.key);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ code: 'dial/client-calls-per-day' });
    expect(await (await fetch(`${server.url}/v1/limits`, { headers: client.key })).json()).toMatchObject({
      client: { id: client.resource.id, calls_per_day: { limit: 1, used: 1, remaining: 0 } },
    });
  });

  it('hold back calls for which the client has no free line, and let queued ones wait for it', async () => {
    server.person('+12125550150', 'answers after 1s\nlistens\nlistens\nlistens\nhangs up');
    const client = await createClient({ twilio_phone_number: '+15550002222', limits: { concurrent_calls: 1 } });
    const placing = await Promise.all(Array.from({ length: 5 }, () => makeCall(client.key, { phone: '+12125550150' })));
    expect(placing.map(({ status }) => status).toSorted()).toEqual([200, 429, 429, 429, 429]);
    expect(placing.find(({ status }) => status === 429)?.body.code).toBe('dial/client-lines-busy');
    const queued = await server.post('/v1/calls', { to: phone }, client.key);
    expect(queued.status).toBe(201);
    const { id } = (await queued.json()) as { id: string };
    const first = placing.find(({ status }) => status === 200)?.body.callSid as string;
    const [one, other] = await Promise.all([server.whenOver(first), server.whenOver(id)]);
    // At the carrier: here, a moment is that of the look at the queue, which may have waited for the end to be stored.
    const atCarrier = (sid: string | null) => server.simulator.calls().find((call) => call.sid === sid);
    const endedAtMs = atCarrier(one.carrier_sid)?.endedAtMs ?? Number.POSITIVE_INFINITY;
    expect(atCarrier(other.carrier_sid)?.createdAtMs).toBeGreaterThanOrEqual(endedAtMs);
  });
});
