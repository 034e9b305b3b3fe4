/** How many requests one asker may make: each form says so in its own shape, and the carrier is never kept out. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../setup/running-server.ts';

const password = 'correct horse battery staple';

let server: RunningServer;
let key: { authorization: string };
beforeAll(async () => {
  server = await startServer({ config: { requestsPerMinute: 5 } });
  await server.post('/v1/clients', { name: 'Busy', email: 'busy@example.com', password });
  const login = await server.post('/auth/login', { email: 'busy@example.com', password });
  key = { authorization: `Bearer ${((await login.json()) as { token: string }).token}` };
});
afterAll(() => server.stop());

it('is said in the shape of each form, before a call is made', async () => {
  const one = await server.post('/secure/make-call', {}, key);
  expect(one.status).toBe(400);
  expect(one.headers.get('ratelimit-remaining')).toBe('0');
  const words = 'You may make 1 such requests a minute.';
  const shapes: [string, unknown][] = [
    ['/secure/make-call', { error: words, requestId: expect.any(String) }],
    ['/call-customer', { message: words }],
    ['/api/outbound-call', { error: expect.any(String), message: words }],
    ['/calls/initiate', { detail: words }],
    ['/v1/calls', { code: 'request/rate-limited', status: 429, detail: words }],
  ];
  for (const [path, shape] of shapes) {
    const refused = await server.post(path, { to: '+12125551234', phone: '+12125551234', verification: 1 }, key);
    expect([path, refused.status]).toEqual([path, 429]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject(shape as object);
  }
  expect(server.simulator.calls()).toEqual([]);
});

it('does not hold for health, nor for those who come with no valid key', async () => {
  for (let count = 0; count < 20; count += 1) {
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${server.url}/v1/calls`, { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
  }
});

it('never keeps the carrier out', async () => {
  const numbers = Array.from({ length: 10 }, (_, index) => `+1212555124${index}`);
  for (const number of numbers) {
    server.person(number, 'answers after 1s\nlistens\nsays "Who is this?"\nlistens\nhangs up');
  }
  const sids = await Promise.all(numbers.map((number) => server.dial(number)));
  for (const sid of sids) expect((await server.whenOver(sid)).status).toBe('completed');
});
