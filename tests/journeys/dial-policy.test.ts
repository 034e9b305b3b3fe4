/** Calls that rules forbid, in the words of each request form, and the evidence that stays. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CallWithTurns, callWithTurnsSchema } from '../../src/api/contract/calls.ts';
import { type RunningServer, startServer } from '../setup/running-server.ts';

const password = 'correct horse battery staple';
let server: RunningServer;
let assistantId: number;
let shop: { id: string; key: { authorization: string } };

beforeAll(async () => {
  server = await startServer({ config: { callsPerNumberPerDay: 1, callsPerNumberPerWeek: 5 } });
  const login = { email: 'shop@example.com', password };
  const wanted = { name: 'shop', ...login, twilio_phone_number: '+15005550009' };
  const { id } = (await (await server.post('/v1/clients', wanted)).json()) as { id: string };
  const { token } = (await (await server.post('/auth/login', login)).json()) as { token: string };
  shop = { id, key: { authorization: `Bearer ${token}` } };
  const made = (await (
    await server.post('/v1/assistants', { name: 'Ann', prompt: 'Talk.', welcome_message: 'Hello.' })
  ).json()) as { id: number };
  assistantId = made.id;
  await server.post(`/v1/assistants/${assistantId}/publish`, {});
});
afterAll(() => server.stop());

interface Form {
  path: string;
  body(to: string): object;
  /** What it says of a refusal, besides its code. */
  says(message: string): object;
}

const forms: Form[] = [
  { path: '/call-customer', body: (to) => ({ to, verification: 1 }), says: (message) => ({ message }) },
  { path: '/api/outbound-call', body: (to) => ({ to }), says: (message) => ({ error: 'Call not allowed', message }) },
  {
    path: '/calls/initiate',
    body: (to) => ({ assistant_id: assistantId, to_phone_number: to }),
    says: (detail) => ({ detail }),
  },
  {
    path: '/secure/make-call',
    body: (phone) => ({ phone }),
    says: (error) => ({ error, requestId: expect.stringMatching(/^req_/) }),
  },
  {
    path: '/v1/calls',
    body: (to) => ({ to }),
    says: (message) => ({
      title: expect.any(String),
      detail: expect.stringContaining(message),
      request_id: expect.any(String),
    }),
  },
];

const ask = (form: Form, to: string) =>
  server.post(form.path, form.body(to), form.path.startsWith('/secure') ? shop.key : {});

describe.each(forms)('$path', (form) => {
  it.each([
    ['+442071838750', 'dial/country-not-allowed', 'Calls to GB are not allowed.'],
    ['+18765551234', 'dial/country-not-allowed', 'Calls to JM are not allowed.'],
    ['+19005551234', 'dial/expensive-number', 'The number is a premium-rate number.'],
    ['+881612345678', 'dial/expensive-number', 'The number is a satellite phone.'],
  ])('does not call %s: 403 %s', async (to, code, message) => {
    const response = await ask(form, to);
    const body = (await response.json()) as object;
    expect([response.status, response.headers.get('retry-after')]).toEqual([403, null]);
    expect(body).toMatchObject({ ...form.says(message), code });
    const { data } = await server.get<{ data: CallWithTurns[] }>(`/v1/calls?to=${encodeURIComponent(to)}&limit=1`);
    expect(data[0]).toMatchObject({ status: 'blocked', error: { code }, policy: { allowed: false, code } });
  });

  it('does not ring the same number too often: 429 with Retry-After', async () => {
    const to = `+1212555010${forms.indexOf(form)}`;
    const first = await ask(form, to);
    expect([200, 201]).toContain(first.status);
    if (form.path === '/v1/calls') {
      const { id } = (await first.json()) as { id: string };
      await server.eventsUntil(id, (event) => event.type === 'call.dialing');
    }
    const second = await ask(form, to);
    expect(second.status).toBe(429);
    expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(86_000);
    expect(await second.json()).toMatchObject({ code: 'dial/too-often' });
  });
});

it('tells in /v1 what can be done about it', async () => {
  const response = await server.post('/v1/calls', { to: '+442071838750' });
  expect(await response.json()).toMatchObject({
    status: 403,
    title: 'Call not allowed',
    detail: 'Calls to GB are not allowed. The operator adds the country to ALLOWED_COUNTRIES.',
  });
});

describe('a client', () => {
  const limit = (limits: object) =>
    fetch(`${server.url}/v1/clients/${shop.id}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ limits }),
    });
  const call = (to: string, more = {}) => server.post('/v1/calls', { to, ...more }, shop.key);
  const clock = (zone: string, date: Date) =>
    Number(new Intl.DateTimeFormat('en-US', { timeZone: zone, hour: 'numeric', hourCycle: 'h23' }).format(date));
  /** A zone where it is night now, whenever the test runs, and one where it is day. */
  const zoneAt = (hour: number) => {
    const offsets = Array.from({ length: 24 }, (_, at) => `Etc/GMT${at < 12 ? `+${at}` : `-${at - 11}`}`);
    return offsets.find((zone) => Math.abs(clock(zone, new Date()) - hour) <= 1) ?? 'UTC';
  };

  it('whose settings enforce the hours does not call at night where the person is: 403 with Retry-After', async () => {
    expect((await limit({ enforce_calling_hours: true, calls_per_number_per_day: 100 })).status).toBe(200);
    const refused = await call('+12125550150', { recipient_timezone: zoneAt(2) });
    expect(refused.status).toBe(403);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3 * 3600);
    expect(await refused.json()).toMatchObject({ code: 'dial/outside-calling-hours' });
    await limit({ enforce_calling_hours: true, ignore_state_rules: true, calls_per_number_per_day: 100 });
    expect((await call('+12125550150', { recipient_timezone: zoneAt(13) })).status).toBe(201);
  });

  it('whose settings do not, calls at night, and the record notes it', async () => {
    await limit({ calls_per_number_per_day: 100 });
    const { id } = (await (await call('+12125550151', { recipient_timezone: zoneAt(2) })).json()) as { id: string };
    await server.eventsUntil(id, (event) => event.type === 'call.dialing');
    const shown = callWithTurnsSchema.parse(await server.get(`/v1/calls/${id}`));
    expect(shown.policy).toMatchObject({ allowed: true, destination: { zones_from: 'recipient' } });
    expect(shown.policy?.reasons).toContainEqual({
      rule: 'calling_hours',
      verdict: 'notes',
      code: 'dial/outside-calling-hours',
      detail: expect.stringContaining('outside the calling hours'),
    });
  });

  it('calls no country but its own, and no more a minute than it may', async () => {
    await limit({ allowed_countries: ['CA'] });
    const refused = await call('+12125550152');
    expect(await refused.json()).toMatchObject({
      code: 'dial/country-not-allowed',
      detail: expect.stringContaining('not allowed for this client. The operator adds'),
    });
    await limit({ calls_per_minute: 1 });
    const [one, two] = [await call('+12125550153'), await call('+12125550154')];
    expect([one.status, two.status].includes(429)).toBe(true);
    const last = two.status === 429 ? two : one;
    expect(last.headers.get('retry-after')).toBe('60');
    expect(await last.json()).toMatchObject({ code: 'dial/client-calls-per-minute' });
  });

  it.each([
    [{ allowed_countries: ['usa'] }],
    [{ calling_hours: { windows: {} } }],
    [{ calling_hours: { windows: { mon: [['12:00', '09:00']] } } }],
    [{ calling_hours: { windows: { mon: [['09:00', '25:00']] } } }],
    [{ calling_hours: { windows: { monday: [['09:00', '10:00']] } } }],
    [{ calling_hours: { windows: { mon: [['09:00', '10:00']] }, closed_dates: ['24.12.'] } }],
  ])('takes no limits like %j', async (limits) => {
    expect((await limit(limits)).status).toBe(400);
  });

  it('gives a time zone in any writing, and none that there is not', async () => {
    await limit({});
    const shouted = await call('+12125550156', { recipient_timezone: 'AMERICA/DENVER' });
    expect(await shouted.json()).toMatchObject({ recipient_timezone: 'America/Denver' });
    for (const zone of ['Mars/Olympus', '', '+01:00']) {
      expect((await call('+12125550155', { recipient_timezone: zone })).status).toBe(400);
    }
  });
});
