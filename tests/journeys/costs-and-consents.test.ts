/** Prices, costs, caps, consents and the evidence of what the rules said, over the API. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callWithTurnsSchema } from '../../src/api/contract/calls.ts';
import { type RunningServer, startServer } from '../setup/running-server.ts';

let server: RunningServer;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const json = async (response: Response) => (await response.json()) as Record<string, unknown>;
const ask = (path: string, init?: RequestInit) => fetch(`${server.url}${path}`, init);
const get = (path: string) => server.get<Record<string, unknown>>(path);
const post = async (path: string, body: object, status = 201) => {
  const response = await server.post(path, body);
  const answer = await json(response);
  expect([response.status, answer]).toEqual([status, expect.anything()]);
  return answer;
};

describe('a price', () => {
  it('is set, followed by another, listed and ended', async () => {
    const price = {
      vendor: 'twilio',
      item: 'call_minute',
      prefix: '+447',
      price_micros: 31_000,
      increment_seconds: 60,
    };
    const first = await post('/v1/prices', { ...price, source: 'my contract' });
    expect(first).toMatchObject({ origin: 'own', currency: 'USD', valid_until: null });
    await post('/v1/prices', { ...price, price_micros: 29_000 });
    const listed = (await get('/v1/prices?prefix=%2B447')).data as { price_micros: number }[];
    expect(listed.map(({ price_micros }) => price_micros)).toEqual([29_000, 31_000]);
    expect((await ask(`/v1/prices/${first.id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await ask(`/v1/prices/${first.id}`, { method: 'DELETE' })).status).toBe(404);
    const usual = (await get('/v1/prices?origin=usual&item=call_minute&limit=100')).data as { source: string }[];
    expect(usual.length).toBeGreaterThan(2);
  });

  it('is refused with the field that is wrong', async () => {
    const wrong = { vendor: 'twilio', item: 'relay_minute', prefix: '+44', price_micros: 1 };
    const answer = await post('/v1/prices', wrong, 400);
    expect(answer.errors).toEqual([{ field: 'prefix', message: expect.stringContaining('call_minute') }]);
    expect(
      (await post('/v1/prices', { vendor: 'x', item: 'call_minute', price_micros: 1.5 }, 400)).errors,
    ).toMatchObject([{ field: 'price_micros' }]);
  });

  it('comes in whole lists as carriers write them, and bad lines are told', async () => {
    const csv =
      'Country,Destination Prefixes,Price / min\nGermany,"4930, 4940",0.0145\nNowhere,+x,0.01\nOdd,4950,cheap\n';
    const response = await ask('/v1/prices/import?vendor=twilio&item=call_minute&increment_seconds=60', {
      ...{ method: 'POST', headers: { 'content-type': 'text/csv' }, body: csv },
    });
    expect(await json(response)).toMatchObject({ rows: 4, added: 2, rejected: 2, errors: [{ line: 3 }, { line: 4 }] });
    const listed = (await get('/v1/prices?prefix=%2B4930')).data;
    expect(listed).toMatchObject([{ price_micros: 14_500, increment_seconds: 60, source: 'Germany' }]);
  });
});

describe('what would be said of a call', () => {
  it('is told by every rule without a trace', async () => {
    const before = (await get('/v1/calls?limit=100')).data as unknown[];
    const allowed = await post('/v1/calls/check', { to: '+14155550102' }, 200);
    expect(allowed).toMatchObject({ allowed: true, code: null });
    const rules = (allowed.reasons as { rule: string; verdict: string }[]).map(({ rule }) => rule);
    expect(rules).toEqual(expect.arrayContaining(['do_not_call', 'consent', 'spend', 'calling_hours']));
    expect(await post('/v1/calls/check', { to: '+442071838750' }, 200)).toMatchObject({
      ...{ allowed: false, code: 'dial/country-not-allowed' },
    });
    expect((await get('/v1/calls?limit=100')).data).toHaveLength(before.length);
  });
});

describe('a decision', () => {
  it('can be taken out as evidence, in JSON and CSV', async () => {
    await post('/v1/calls', { to: '+442071838751' }, 403);
    const decisions = await server.get<object[]>('/v1/calls/decisions?allowed=false&to=%2B442071838751');
    expect(decisions).toMatchObject([{ to: '+442071838751', status: 'blocked', policy: { allowed: false } }]);
    const csv = await (await ask('/v1/calls/decisions?format=csv&to=%2B442071838751')).text();
    expect(csv.split('\n')[0]).toContain('decided_at,allowed,code');
    expect(csv.split('\n')[1]).toContain('dial/country-not-allowed');
  });

  it('is kept when a limit refuses, too', async () => {
    const login = { email: 'slow@example.com', password: 'correct horse battery staple' };
    const { id } = await post('/v1/clients', { name: 'Slow', ...login, limits: { calls_per_minute: 1 } });
    const { token } = await post('/auth/login', login, 200);
    const headers = { authorization: `Bearer ${token}` };
    const place = () => server.post('/v1/calls', { to: '+14155550102' }, headers);
    await place();
    expect((await place()).status).toBe(429);
    const decisions = await server.get<{ client_id: string }[]>('/v1/calls/decisions?allowed=false');
    expect(decisions.filter(({ client_id }) => client_id === id)).toMatchObject([
      {
        policy: {
          code: 'dial/client-calls-per-minute',
          reasons: expect.arrayContaining([expect.objectContaining({ rule: 'limits' })]),
        },
      },
    ]);
  });
});

describe('a consent', () => {
  const number = '+14155550102';
  it('is written down, checked, demanded and taken back', async () => {
    const { id: clientId } = await post('/v1/clients', { name: 'Careful', limits: { require_consent: ['calls'] } });
    const check = async () => (await get(`/v1/consents/check?number=%2B14155550102&client_id=${clientId}`)).state;
    expect(await check()).toBe('none');
    const given = { number, source: 'the form on our page', wording: 'Call me.', client_id: clientId };
    const consent = await post('/v1/consents', given);
    expect(await post('/v1/consents', given, 200)).toMatchObject({ id: consent.id });
    expect(await check()).toBe('given');
    const withdrawn = await post(`/v1/consents/${consent.id}/withdraw`, { reason: 'by letter' }, 200);
    expect(withdrawn).toMatchObject({ withdrawn_reason: 'by letter', withdrawn_at: expect.any(String) });
    expect(await check()).toBe('withdrawn');
    await post(`/v1/consents/${consent.id}/withdraw`, { reason: 'again' }, 404);
  });

  it('that was taken back forbids the operator’s own calls', async () => {
    const consent = await post('/v1/consents', { number: '+14155550103', source: 'a clerk' });
    await post(`/v1/consents/${consent.id}/withdraw`, { reason: 'by mail' }, 200);
    expect(await post('/v1/calls', { to: '+14155550103' }, 403)).toMatchObject({ code: 'dial/consent-withdrawn' });
  });

  it('comes in whole lists', async () => {
    const body = 'Number,Source,Given at\n+14155550104,fair,2026-01-02T10:00:00Z\nnobody,fair,\n';
    const request = { method: 'POST', headers: { 'content-type': 'text/csv' }, body };
    const answer = await json(await ask('/v1/consents/import', request));
    expect(answer).toMatchObject({ rows: 2, added: 1, already_held: 0, rejected: 1, errors: [{ line: 3 }] });
    const [listed] = (await get('/v1/consents?number=%2B14155550104')).data as object[];
    expect(listed).toMatchObject({ source: 'fair', purpose: 'calls', given_at: '2026-01-02T10:00:00.000Z' });
  });
});

it('a call has its cost, line by line, once it is over', async () => {
  const made = await post('/v1/calls', { to: '+14155550199', max_duration_seconds: 60 });
  const call = await server.whenOver(String(made.id));
  const { cost } = callWithTurnsSchema.parse(await get(`/v1/calls/${call.id}`));
  expect(cost?.status).toMatch(/^(bounded|counted|charged)$/);
  expect(cost?.known_micros).toBeGreaterThan(0);
  expect(cost?.reserved_micros).toBe(0);
});
