/** Placing calls by `/v1` and acting on them: templates, limits, cancelling, hanging up, having something said. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CallResource, callSchema } from '../../src/api/contract/calls.ts';
import { problemSchema } from '../../src/api/contract/text.ts';
import { type RunningServer, startServer } from '../setup/running-server.ts';

const to = '+12125551234';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ speed: 8, config: { maxConcurrentCalls: 1000 } });
});
afterAll(() => server.stop());

async function problemOf(response: Response) {
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const body = (await response.json()) as Record<string, unknown>;
  expect(problemSchema.parse(body)).toEqual(body);
  expect(JSON.stringify(body)).not.toMatch(/ at .*:\d+:\d+|node_modules|\.ts\b|select /);
  return body;
}

async function place(body: object, headers?: Record<string, string>): Promise<CallResource> {
  const response = await server.post('/v1/calls', body, headers);
  const answer = (await response.json()) as CallResource;
  if (response.status !== 201) throw new Error(JSON.stringify(answer));
  expect(response.headers.get('location')).toBe(`/v1/calls/${answer.id}`);
  return callSchema.parse(answer);
}

const act = (call: { id: string }, action: string, body: unknown = {}) =>
  server.post(`/v1/calls/${call.id}/${action}`, body);

/** The call once an event of this type has happened to it. */
async function when(call: { id: string }, type: string): Promise<void> {
  await server.eventsUntil(call.id, (event) => event.type === type);
}

async function createAssistant(fields: object): Promise<number> {
  const response = await server.post('/v1/assistants', { name: 'Reminder', prompt: 'Be brief.', ...fields });
  const { id } = (await response.json()) as { id: number };
  // Making one leaves a draft or publishes it at once; either way it can be called with afterwards.
  await server.post(`/v1/assistants/${id}/publish`, {});
  return id;
}

describe('a call that is asked for', () => {
  it('is there at once and dialled when its turn comes', async () => {
    server.person(to, 'answers after 1s\nlistens\nsays "Who is this?"\nlistens\nhangs up');
    const call = await place({ to, metadata: { ticket: 7 }, variables: { customerName: 'Sarah' } });
    expect(call).toMatchObject({ to, from: '+15551234567', status: 'queued', carrier_sid: null, dialect: 'v1' });
    expect(call).toMatchObject({ metadata: { ticket: 7 }, parameters: { customerName: 'Sarah' } });
    expect(call.assistant).toMatchObject({ id: null, version: null });
    const over = await server.whenOver(call.id);
    expect(over).toMatchObject({ id: call.id, status: 'completed', metadata: { ticket: 7 } });
    expect(over.carrier_sid).toMatch(/^CA/);
  });

  it('runs the assistant it names, with its words filled in', async () => {
    const id = await createAssistant({
      engine: 'relay',
      welcome_message: 'Hello {{ customer.name }}, this is about {{matter}}.',
      agenda: 'Ask {{customer.name}} to pay.',
    });
    server.person('+12125550123', 'answers after 1s\nlistens\nhangs up');
    const variables = { customer: { name: 'Sarah {{matter}}' }, matter: 'your <b>bill</b>' };
    const call = await place({ to: '+12125550123', assistant_id: id, variables, max_duration_seconds: 60 });
    expect(call.assistant).toMatchObject({ id, name: 'Reminder' });
    expect(call.welcome_message).toBe('Hello Sarah {{matter}}, this is about your <b>bill</b>.');
    expect(call.agenda).toBe('Ask Sarah {{matter}} to pay.');
    const over = await server.whenOver(call.id);
    expect(over.turns[0]).toMatchObject({ speaker: 'assistant', text: call.welcome_message });
    const listed = await server.get<{ data: CallResource[] }>(`/v1/calls?assistant_id=${id}`);
    expect(listed.data.map((one) => one.id)).toEqual([call.id]);
  });

  it('is scheduled by the clock of the person or of a zone, and canceled before its time', async () => {
    const wanted = { not_before: '2031-06-02T10:30', not_after: '2031-06-02T18:00:00Z', timezone: 'Europe/Berlin' };
    const call = await place({
      to: '+12125550177',
      schedule: wanted,
      retry: { max_attempts: 3, after_seconds: { busy: 600 } },
    });
    expect(call).toMatchObject({ status: 'scheduled', due_at: '2031-06-02T08:30:00.000Z', attempt: 1, retry_of: null });
    expect(call.not_after).toBe('2031-06-02T18:00:00.000Z');
    const listed = await server.get<{ data: CallResource[] }>('/v1/calls?status=scheduled');
    expect(listed.data.map(({ id }) => id)).toEqual([call.id]);
    expect((await act(call, 'cancel')).status).toBe(200);
    expect(await server.whenOver(call.id)).toMatchObject({ status: 'canceled', due_at: null });
  });

  it('that can never be dialled is refused, and so is a time that does not exist', async () => {
    const never = { not_before: '2031-06-02T10:30:00Z', not_after: '2031-06-02T10:00:00Z' };
    expect(await problemOf(await server.post('/v1/calls', { to, schedule: never }))).toMatchObject({
      ...{ status: 422, code: 'dial/never-open', errors: [{ field: 'schedule' }] },
    });
    for (const schedule of [{ not_before: '2031-13-02T10:30' }, { timezone: 'Mars/Base' }, { window: {} }]) {
      const problem = await problemOf(await server.post('/v1/calls', { to, schedule }));
      expect(problem).toMatchObject({ status: 400 });
      expect(JSON.stringify(problem.errors)).toContain('schedule.');
    }
  });

  it('whose variables are missing is refused with their names', async () => {
    const id = await createAssistant({ welcome_message: 'Hello {{name}}, {{ matter.title }}' });
    const response = await server.post('/v1/calls', { to, assistant_id: id, agenda: '{{deadline}}', variables: {} });
    expect(response.status).toBe(422);
    expect(await problemOf(response)).toMatchObject({
      code: 'template/missing-variables',
      detail: 'Variables are missing: name, matter.title, deadline',
      errors: [
        { field: 'variables.name', message: 'is missing' },
        { field: 'variables.matter.title', message: 'is missing' },
        { field: 'variables.deadline', message: 'is missing' },
      ],
    });
  });

  it('in templates reaches for nothing but what was given', async () => {
    const welcome_message = '{{constructor.name}} {{__proto__}} {{variables}}';
    const response = await server.post('/v1/calls', { to, welcome_message, variables: {} });
    expect(response.status).toBe(422);
    expect((await problemOf(response)).detail).toMatch(/constructor\.name, __proto__, variables/);
  });

  it.each([
    [{}, 'to'],
    [{ to: '2125551234' }, 'to'],
    [{ to, from: 'me' }, 'from'],
    [{ to, from: '+12125550000' }, 'from'],
    [{ to, assistant_id: '1' }, 'assistant_id'],
    [{ to, variables: [] }, 'variables'],
    [{ to, metadata: { text: 'x'.repeat(5000) } }, 'metadata'],
    [{ to, variables: { name: 'a\u0000b' } }, 'variables'],
    [{ to, max_duration_seconds: 5 }, 'max_duration_seconds'],
    [{ to, timetable: {} }, ''],
    [{ to, unknown: 1 }, ''],
  ])('as %j is refused because of %j', async (body, field) => {
    const response = await server.post('/v1/calls', body);
    expect(response.status).toBe(400);
    const { errors } = problemSchema.parse(await problemOf(response));
    expect(errors?.map((error) => error.field)).toContain(field);
  });

  it('by a client is made from its own number or the configured one, and from no other client’s', async () => {
    const password = 'correct horse battery staple';
    const [own, others] = ['+15550003333', '+15550004444'];
    await server.post('/v1/clients', { name: 'other', twilio_phone_number: others });
    const wanted = { name: 'own', email: 'own@example.com', password, twilio_phone_number: own };
    const { id } = (await (await server.post('/v1/clients', wanted)).json()) as { id: string };
    const login = await server.post('/auth/login', { email: wanted.email, password });
    const key = { authorization: `Bearer ${((await login.json()) as { token: string }).token}` };
    server.person('+12125550125', 'declines after 1s');
    const call = { to: '+12125550125' };
    expect(await place(call, key)).toMatchObject({ from: own, client_id: id });
    expect(await place({ ...call, from: '+15551234567' }, key)).toMatchObject({ from: '+15551234567' });
    const refused = await server.post('/v1/calls', { ...call, from: others }, key);
    expect([refused.status, (await problemOf(refused)).detail]).toEqual([400, 'from: is none of your numbers']);
    expect(await place({ ...call, from: others })).toMatchObject({ from: others, client_id: null });
    const { data } = await server.get<{ data: CallResource[] }>('/v1/calls?to=%2B12125550125');
    for (const { id: placed } of data) await server.whenOver(placed);
  });

  it('with an assistant that is not there is refused', async () => {
    expect((await server.post('/v1/calls', { to, assistant_id: 999_999 })).status).toBe(404);
  });

  it('under one Idempotency-Key is made once', async () => {
    server.person('+12125550124', 'declines after 1s');
    const headers = { 'idempotency-key': 'v1-once' };
    const first = await place({ to: '+12125550124' }, headers);
    const again = await server.post('/v1/calls', { to: '+12125550124' }, headers);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await again.json()).toMatchObject({ id: first.id });
    expect((await server.post('/v1/calls', { to }, headers)).status).toBe(422);
    await server.whenOver(first.id);
  });

  it('that was refused under an Idempotency-Key is refused again in the same words', async () => {
    const headers = { 'idempotency-key': 'v1-bad' };
    const first = await server.post('/v1/calls', { to: 'x' }, headers);
    const again = await server.post('/v1/calls', { to: 'x' }, headers);
    expect([again.status, again.headers.get('content-type')]).toEqual([400, first.headers.get('content-type')]);
    expect(await again.json()).toEqual(await first.json());
  });
});

describe('a call that is going on', () => {
  const patient = 'answers after 1s\nlistens\nlistens\nlistens\nlistens\nhangs up';

  it('says what it is told to', async () => {
    server.person('+12125550130', patient);
    const call = await place({ to: '+12125550130' });
    await when(call, 'call.started');
    await server.eventsUntil(call.id, (event) => event.type === 'turn.completed');
    const said = await act(call, 'say', { text: 'One more thing: please hold the line.' });
    expect(said.status).toBe(200);
    expect(callSchema.parse(await said.json()).status).toBe('in_progress');
    await act(call, 'hangup');
    const { turns } = await server.whenOver(call.id);
    expect(turns.map(({ text }) => text)).toContain('One more thing: please hold the line.');
  });

  it('is hung up, and hanging up again changes nothing', async () => {
    server.person('+12125550131', patient);
    const call = await place({ to: '+12125550131' });
    await when(call, 'call.started');
    expect((await act(call, 'cancel')).status).toBe(409);
    const [one, other] = await Promise.all([act(call, 'hangup'), act(call, 'hangup')]);
    expect([one.status, other.status]).toEqual([200, 200]);
    const over = await server.whenOver(call.id);
    expect(over).toMatchObject({ status: 'completed', ended_reason: 'hung_up_by_request', ended_by: 'request' });
    expect((await act(call, 'hangup')).status).toBe(200);
    expect(await problemOf(await act(call, 'say', { text: 'Hello?' }))).toMatchObject({
      status: 409,
      code: 'call/over',
    });
    expect(await problemOf(await act(call, 'cancel'))).toMatchObject({ status: 409, code: 'call/over' });
  });

  it('is canceled while it rings', async () => {
    server.person('+12125550132', 'answers after 60s');
    const call = await place({ to: '+12125550132' });
    await when(call, 'call.ringing');
    expect(await problemOf(await act(call, 'say', { text: 'Hello?' }))).toMatchObject({ code: 'call/not-talking' });
    expect((await act(call, 'cancel')).status).toBe(200);
    const over = await server.whenOver(call.id);
    expect(over).toMatchObject({ status: 'canceled', ended_reason: 'canceled', ended_by: 'request' });
    expect((await act(call, 'cancel')).status).toBe(200);
  });

  it('that ended by itself can neither be canceled nor hung up', async () => {
    server.person('+12125550133', 'declines after 1s');
    const call = await place({ to: '+12125550133' });
    await server.whenOver(call.id);
    for (const action of ['cancel', 'hangup']) {
      expect(await problemOf(await act(call, action))).toMatchObject({ status: 409, code: 'call/over' });
    }
  });

  it.each(['cancel', 'hangup'])('that is not there cannot be told to %s', async (action) => {
    expect((await act({ id: 'call_none' }, action)).status).toBe(404);
  });

  it('takes no empty words and no fields that it does not know', async () => {
    server.person('+12125550134', patient);
    const call = await place({ to: '+12125550134' });
    await when(call, 'call.started');
    for (const body of [{}, { text: '' }, { text: 'x'.repeat(2001) }, { text: 'x', loud: true }]) {
      expect((await act(call, 'say', body)).status).toBe(400);
    }
    expect((await act(call, 'hangup', { now: true })).status).toBe(400);
    await act(call, 'hangup');
    await server.whenOver(call.id);
  });
});

describe('what was done', () => {
  it('stands in the audit log', async () => {
    server.person('+12125550140', 'answers after 60s');
    const call = await place({ to: '+12125550140' });
    await act(call, 'cancel');
    await server.whenOver(call.id);
    const { data } = await server.get<{ data: { action: string; subject: { id: string } }[] }>(
      '/v1/audit-log?limit=10',
    );
    const actions = data.filter(({ subject }) => subject.id === call.id).map(({ action }) => action);
    expect(actions).toEqual(['call.canceled', 'call.created']);
  });

  it('adds up in the figures, by day and with reply times', async () => {
    const stats = await server.get<Record<string, unknown>>('/v1/stats');
    expect(stats).toMatchObject({ by_status: { completed: expect.any(Number), canceled: expect.any(Number) } });
    const { calls, answered, answer_rate, reply_ms, per_day } = stats as {
      calls: number;
      answered: number;
      answer_rate: number;
      reply_ms: { count: number; p50: number; p95: number };
      per_day: { calls: number }[];
    };
    expect(per_day.reduce((sum, day) => sum + day.calls, 0)).toBe(calls);
    expect(answered).toBeLessThan(calls);
    expect(answer_rate).toBeGreaterThan(0);
    expect(answer_rate).toBeLessThan(1);
    expect(reply_ms.p95).toBeGreaterThanOrEqual(reply_ms.p50);
    expect(await server.get('/v1/stats?created_after=2090-01-01T00:00:00Z')).toMatchObject({
      calls: 0,
      answer_rate: null,
    });
  });

  it('leaves all lines free again', async () => {
    expect(await server.get('/v1/limits')).toMatchObject({
      lines: { limit: 1000, free: 1000 },
      queued: 0,
      client: null,
    });
  });
});
