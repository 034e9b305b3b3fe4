/** The carrier has shut the account: what every request form answers meanwhile, and what the operator sees. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Limits } from '../../src/api/read-limits.ts';
import { systemClock, waitFor } from '../../src/base/clock.ts';
import { type ServerWithAccount, startWithAccount } from '../setup/own-account.ts';

const to = '+12025550111';
const code = 'dial/carrier-unavailable';
const words = 'The carrier takes no calls now.';
const suspended = { type: 'refused', status: 401, code: 20003, message: 'Authenticate' } as const;

let server: ServerWithAccount;
let clientKey: Record<string, string>;
let assistantId: number;

async function post(path: string, body: object, headers: Record<string, string> = server.key) {
  const response = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { response, status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const readLimits = async () =>
  (await (await fetch(`${server.url}/v1/limits`, { headers: server.key })).json()) as Limits;

beforeAll(async () => {
  server = await startWithAccount();
  const login = { email: 'shop@example.org', password: 'correct horse battery' };
  await post('/v1/clients', { name: 'Shop', ...login, twilio_phone_number: '+15551234567' });
  clientKey = { authorization: `Bearer ${(await post('/auth/login', login)).body.token as string}` };
  assistantId = (await post('/v1/assistants', { name: 'Shop', prompt: 'You sell shoes.' })).body.id as number;
  expect((await readLimits()).carrier).toEqual({ breaker: 'closed', reason: null, asks_again_at: null });
  server.simulator.setFaults({ creates: { chances: [{ probability: 1, fault: suspended }] } });
  expect((await post('/v1/calls', { to })).status).toBe(201);
  while ((await readLimits()).carrier.breaker === 'closed') await waitFor(systemClock, 50);
});
afterAll(() => server.stop());

it.each([
  ['/call-customer', { to, verification: 1 }, 500, { message: `Failed to initiate call: ${words}`, code }],
  ['/api/outbound-call', { to }, 500, { error: 'Failed to initiate outbound call', message: words, code }],
  ['/calls/initiate', { assistant_id: 0, to_phone_number: to }, 502, { detail: words, code }],
  [
    '/secure/make-call',
    { phone: to },
    500,
    { error: 'Twilio service unavailable', code, requestId: expect.any(String) },
  ],
])(
  '%s answers in its own shape as for a call that the carrier did not take',
  async (...[path, asked, status, body]) => {
    const known = server.simulator.calls().length;
    const wanted = 'assistant_id' in asked ? { ...asked, assistant_id: assistantId } : asked;
    const headers = path.startsWith('/secure') ? clientKey : server.key;
    const send = () => post(path, wanted, { ...headers, 'idempotency-key': 'the same' });
    const answer = await send();
    expect([answer.status, answer.body]).toEqual([status, body]);
    expect(Number(answer.response.headers.get('retry-after'))).toBeGreaterThan(0);
    // Nothing was done, so the key asks anew.
    expect((await send()).response.headers.get('idempotency-replayed')).toBeNull();
    expect(server.simulator.calls()).toHaveLength(known);
  },
);

it('shows the operator why and until when, and a call of /v1 waits', async () => {
  const limits = await readLimits();
  expect(limits.carrier).toMatchObject({ reason: 'locked_out', asks_again_at: expect.any(String) });
  expect(limits.queued).toBe(1);
  const placed = await post('/v1/calls', { to: '+12025550112' });
  expect([placed.status, placed.body.status]).toEqual([201, 'queued']);
});
