/** `/v1/limits`: what is left of lines, pace and money, and that nobody sees what is another's. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limitsSchema } from '../../src/api/contract/stats.ts';
import { parseMicros } from '../../src/base/money.ts';
import { readConfig } from '../../src/config/read-config.ts';
import { type ServerWithAccount, startWithAccount } from '../setup/own-account.ts';

const day = parseMicros('25') ?? 0;
const number = '+15557654321';

interface Client {
  id: string;
  key: Record<string, string>;
}

let server: ServerWithAccount;
let shop: Client;
let bank: Client;

async function send(method: string, path: string, given: { body?: object; headers?: Record<string, string> } = {}) {
  const { body, headers = server.key } = given;
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function createClient(name: string, fields: object): Promise<Client> {
  const login = { email: `${name}@example.org`, password: 'correct horse battery' };
  const { body } = await send('POST', '/v1/clients', { body: { name, ...login, ...fields } });
  const { token } = (await send('POST', '/auth/login', { body: login })).body;
  return { id: body.id as string, key: { authorization: `Bearer ${token as string}` } };
}

const limitsFor = async (headers: Record<string, string>, query = '') =>
  limitsSchema.parse((await send('GET', `/v1/limits${query}`, { headers })).body);

beforeAll(async () => {
  const { spend } = readConfig({ SPEND_CAP_PER_DAY: '25' });
  server = await startWithAccount({ config: { spend, callsPerMinutePerNumber: 30 } });
  shop = await createClient('shop', { limits: { concurrent_calls: 2, spend_per_month_micros: 5_000_000 } });
  bank = await createClient('bank', {});
  await send('POST', '/v1/phone-numbers', {
    body: { number, client_id: shop.id, calls_per_minute: 6, concurrent_calls: 3 },
  });
  const campaign = { name: 'Reminders', spend_caps: { in_all_micros: 9_000_000 }, pacing: { concurrent_calls: 4 } };
  const { id } = (await send('POST', '/v1/campaigns', { body: campaign, headers: bank.key })).body;
  const contacts = [{ number: '+12125551001', timezone: 'UTC' }];
  const path = `/v1/campaigns/${id as string}`;
  expect(
    (
      await fetch(`${server.url}${path}/contacts`, {
        method: 'POST',
        headers: { ...bank.key, 'content-type': 'application/json' },
        body: JSON.stringify(contacts),
      })
    ).status,
  ).toBe(200);
  // Not before it is looked at.
  await send('PATCH', path, { body: { starts_at: '2090-01-01T00:00:00Z' }, headers: bank.key });
  expect((await send('POST', `${path}/start`, { headers: bank.key, body: {} })).status).toBe(200);
});
afterAll(() => server.stop());

describe('what is left', () => {
  it('is told to the operator of the account, each number and each campaign', async () => {
    const limits = await limitsFor(server.key);
    const untouched = { reserved_micros: 0, spent_micros: 0 };
    expect(limits).toMatchObject({
      lines: { limit: 50, free: 50 },
      carrier: { breaker: 'closed' },
      account: {
        calls_per_number_per_minute: 30,
        spend: {
          currency: 'USD',
          per_call_limit_micros: null,
          day: { limit_micros: day, remaining_micros: day, ...untouched },
        },
      },
      client: null,
    });
    expect(limits.numbers).toEqual([
      expect.objectContaining({
        client_id: null,
        calls_per_minute: 30,
        concurrent_calls: { limit: null, used: 0, remaining: null },
      }),
      {
        number,
        client_id: shop.id,
        calls_per_minute: 6,
        next_call_at: null,
        concurrent_calls: { limit: 3, used: 0, remaining: 3 },
      },
    ]);
    expect(limits.campaigns).toMatchObject([
      {
        ...{ name: 'Reminders', client_id: bank.id, status: 'running', halt: null },
        concurrent_calls: { limit: 4, used: 0, remaining: 4 },
        spend: { in_all: { limit_micros: 9_000_000, remaining_micros: 9_000_000, resets_at: null } },
      },
    ]);
  });

  it('is told to the operator of one client, and to a client of itself', async () => {
    const own = await limitsFor(shop.key);
    expect(own).toMatchObject({
      account: null,
      client: {
        id: shop.id,
        concurrent_calls: { limit: 2, used: 0, remaining: 2 },
        spend: { month: { limit_micros: 5_000_000, remaining_micros: 5_000_000 } },
      },
      numbers: [{ number }],
      campaigns: [],
    });
    expect((await limitsFor(server.key, `?client_id=${shop.id}`)).client).toEqual(own.client);
    expect((await limitsFor(shop.key, `?client_id=${shop.id}`)).client).toEqual(own.client);
  });

  it('is no other client’s business', async () => {
    const theirs = await send('GET', `/v1/limits?client_id=${shop.id}`, { headers: bank.key });
    const nobodys = await send('GET', '/v1/limits?client_id=client_0', { headers: bank.key });
    expect([theirs.status, theirs.body.detail]).toEqual([404, nobodys.body.detail]);
    const { numbers, campaigns } = await limitsFor(bank.key);
    expect([numbers, campaigns.length]).toEqual([[], 1]);
    expect((await send('GET', '/v1/limits?client=x')).body.errors).toMatchObject([
      { message: expect.stringContaining('client') },
    ]);
  });

  it('counts a call from a number, and when it may make the next', async () => {
    await send('PATCH', `/v1/clients/${shop.id}`, { body: { twilio_phone_number: number } });
    expect((await send('POST', '/v1/calls', { body: { to: '+12025550113' }, headers: shop.key })).status).toBe(201);
    await expect.poll(async () => (await limitsFor(shop.key)).numbers[0]?.next_call_at).not.toBeNull();
  });
});

describe('the limits of a number', () => {
  it('are the operator’s to set', async () => {
    const listed = (await send('GET', '/v1/phone-numbers')).body.data as { id: string }[];
    const path = `/v1/phone-numbers/${listed[0]?.id}`;
    for (const body of [{ calls_per_minute: 600 }, { concurrent_calls: null }]) {
      expect((await send('PATCH', path, { body, headers: shop.key })).status).toBe(403);
    }
    expect((await send('PATCH', path, { body: { calls_per_minute: null } })).body).toMatchObject({
      calls_per_minute: null,
      concurrent_calls: 3,
    });
    expect((await send('PATCH', path, { body: { calls_per_minute: 0 } })).status).toBe(400);
  });
});
