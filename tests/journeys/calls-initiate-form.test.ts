/** `POST /calls/initiate` over real HTTP: the documented request and answers, and a whole call that opens as it was told to. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallWithTurns } from '../../src/api/contract/calls.ts';
import { addToDoNotCall } from '../../src/store/do-not-call.ts';
import { startWithAccount } from '../setup/own-account.ts';
import { type RunningServer, startServer } from '../setup/running-server.ts';
import { whileUnclear } from './unclear-create.ts';

/** The documented example, to the byte. */
const exampleBody = `{
  "assistant_id": 123,
  "to_phone_number": "+15559876543",
  "welcome_message": "Hello {{name}}, this is a reminder about your appointment tomorrow at {{time}}.",
  "agenda": "Remind {{name}} about their upcoming {{appointment_type}} appointment.",
  "variables": {
    "name": "John Doe",
    "time": "10 AM",
    "appointment_type": "dental"
  }
}`;
const example = JSON.parse(exampleBody) as Record<string, unknown>;
const greeting = 'Hello John Doe, this is a reminder about your appointment tomorrow at 10 AM.';
const agenda = 'Remind John Doe about their upcoming dental appointment.';
const to = '+15559876543';
const path = '/calls/initiate';

let server: RunningServer;
beforeAll(async () => {
  // The network waits for an answer as much less as time passes faster: a busy machine must still be in time.
  server = await startServer({ config: { maxConcurrentCalls: 1000 }, speed: 4 });
  server.person(to, 'declines after 1s');
});
afterAll(() => server.stop());

async function send(body: unknown, headers?: Record<string, string>) {
  const response = await server.post(path, body, headers);
  const text = await response.text();
  // Whatever was wrong, nothing of the inside comes out.
  expect(text).not.toMatch(/ at .*:\d+:\d+|node_modules|\.ts\b|SyntaxError|FST_ERR/);
  return { status: response.status, text, headers: response.headers, body: JSON.parse(text) as { detail?: unknown } };
}

const placedCalls = () => server.simulator.calls();

let people = 0;
/** A number of its own: no number is rung by two calls at once. */
function someone(): string {
  people += 1;
  const number = `+1555988${1000 + people}`;
  server.person(number, 'declines after 1s');
  return number;
}
const createAssistant = async (more: Record<string, unknown> = {}) => {
  const response = await server.post('/v1/assistants', { name: 'Clinic', prompt: 'You remind people.', ...more });
  return ((await response.json()) as { id: number }).id;
};
const sidIn = (text: string) => /"call_sid":"(CA[0-9a-f]{32})"/.exec(text)?.[1] ?? '';

describe('the documented request', () => {
  it('is 404 where there is no such assistant, and placed once it was made under that id', async () => {
    expect(await send(exampleBody)).toMatchObject({ status: 404, text: '{"detail":"Assistant 123 not found"}' });
    expect(placedCalls()).toEqual([]);
    await createAssistant({ id: 123 });
    const answer = await send(exampleBody);
    const sid = sidIn(answer.text);
    expect(answer).toMatchObject({
      status: 200,
      text: `{"message":"Call initiated successfully","call_sid":"${sid}"}`,
    });
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    const call = await server.get<CallWithTurns>(`/v1/calls/${sid}`);
    expect(call).toMatchObject({ to, from: '+15551234567', dialect: 'calls-initiate', parameters: example.variables });
    const order = placedCalls().find((placed) => placed.sid === sid)?.request ?? {};
    const asked = new URL(order.Url?.[0] ?? '');
    expect(asked.origin + asked.pathname).toBe(`${server.url}/twiml`);
    expect(Object.fromEntries(asked.searchParams)).toEqual({ callId: call.id, assistant_id: '123' });
  });

  it('keeps the words and the purpose with their values, and the version that was published', async () => {
    const { text } = await send({ ...example, to_phone_number: someone() });
    const { db } = server.callwright.store;
    const row = await db.selectFrom('calls').selectAll().where('carrier_sid', '=', sidIn(text)).executeTakeFirst();
    expect(row).toMatchObject({
      ...{ welcome_message: greeting, agenda, engine: 'media', assistant_id: 123, assistant_version: 1 },
      assistant: { name: 'Clinic', prompt: 'You remind people.' },
    });
  });

  it('needs no more than the assistant and the number', async () => {
    const order = { assistant_id: 123, welcome_message: null, agenda: null };
    const { status } = await send({ ...order, to_phone_number: someone() });
    expect(status).toBe(200);
  });
});

describe('the conversation', () => {
  it('begins with the welcome message, word for word, where the carrier hears and speaks', async () => {
    const number = '+15559870001';
    server.person(number, 'answers after 1s\nlistens\nsays "Who is this?"\nlistens\nhangs up');
    const id = await createAssistant({ engine: 'relay' });
    const { text } = await send({ ...example, assistant_id: id, to_phone_number: number });
    const call = await server.whenOver(sidIn(text));
    expect(call.turns[0]).toMatchObject({ speaker: 'assistant', text: greeting, heard_text: greeting });
    expect(call.turns[1]).toMatchObject({ speaker: 'person', text: 'Who is this?' });
    expect(placedCalls().find(({ sid }) => sid === sidIn(text))?.heard[0]?.text).toBe(greeting);
  });

  it('begins with the assistant’s own greeting where the request brings none', async () => {
    const number = '+15559870002';
    server.person(number, 'answers after 1s\nlistens\nhangs up');
    const id = await createAssistant({ engine: 'relay', welcome_message: 'Good day, {{name}}.' });
    const order = { assistant_id: id, to_phone_number: number, variables: { name: 'Ann' } };
    const call = await server.whenOver(sidIn((await send(order)).text));
    expect(call.turns[0]).toMatchObject({ speaker: 'assistant', text: 'Good day, Ann.' });
  });

  it('holds values as data: they reach neither markup nor templates', async () => {
    const number = '+15559870003';
    server.person(number, 'answers after 1s\nlistens\nhangs up');
    const id = await createAssistant({ engine: 'relay' });
    const variables = { name: '"/></Connect><Dial>+19005550100</Dial>{{time}}', time: 'never' };
    const order = { assistant_id: id, to_phone_number: number, welcome_message: 'Hello {{name}}.', variables };
    const call = await server.whenOver(sidIn((await send(order)).text));
    expect(call.turns[0]?.text).toBe(`Hello ${variables.name}.`);
    expect(call.status).toBe('completed');
  });

  it('runs with the version that was published when it was asked for', async () => {
    const id = await createAssistant({ welcome_message: 'One.' });
    const order = () => ({ assistant_id: id, to_phone_number: someone() });
    const assistantOf = async (sid: string) => {
      const { db } = server.callwright.store;
      const row = await db.selectFrom('calls').selectAll().where('carrier_sid', '=', sid).executeTakeFirstOrThrow();
      return [row.assistant_version, row.welcome_message];
    };
    const change = { method: 'PATCH', headers: { 'content-type': 'application/json' } };
    await fetch(`${server.url}/v1/assistants/${id}`, { ...change, body: '{"welcome_message":"Two."}' });
    expect(await assistantOf(sidIn((await send(order())).text))).toEqual([1, 'One.']);
    await fetch(`${server.url}/v1/assistants/${id}/publish`, { method: 'POST' });
    expect(await assistantOf(sidIn((await send(order())).text))).toEqual([2, 'Two.']);
  });
});

it('keeps the line and the record of a call whose sound comes to us, until the person hangs up', async () => {
  const number = '+15559870004';
  server.person(number, 'answers after 1s\nsays "Hello?"\nwaits 2s\nhangs up');
  const { text } = await send({ ...example, to_phone_number: number });
  expect(await server.whenOver(sidIn(text))).toMatchObject({
    ...{ status: 'completed', ended_reason: 'person_hung_up', ended_by: 'person' },
  });
  const [stream] = placedCalls().find(({ sid }) => sid === sidIn(text))?.streams ?? [];
  expect(stream).toBeDefined();
});

describe('a request that makes no sense', () => {
  it('is told each field that is wrong, as the documented service tells it', async () => {
    expect(await send({ variables: [] })).toMatchObject({
      status: 422,
      text: JSON.stringify({
        detail: [
          { loc: ['body', 'assistant_id'], msg: 'Field required', type: 'missing' },
          { loc: ['body', 'to_phone_number'], msg: 'Field required', type: 'missing' },
          { loc: ['body', 'variables'], msg: 'Input should be a valid dictionary', type: 'dict_type' },
        ],
      }),
    });
  });

  it.each([['15559876543'], ['+05559876543'], ['+1 555 987 6543'], ['+1555987654\n'], [''], ['tel:+15559876543']])(
    'for the number %j is 400 and no call',
    async (number) => {
      const before = placedCalls().length;
      expect(await send({ ...example, to_phone_number: number })).toMatchObject({
        status: 400,
        body: { detail: 'to_phone_number must be in E.164 format, for example +15559876543' },
      });
      expect(placedCalls()).toHaveLength(before);
    },
  );

  it('without a value that a template names is 400 and lists the names, and no call', async () => {
    const before = placedCalls().length;
    const answer = await send({ ...example, variables: { time: '10 AM' } });
    expect(answer).toMatchObject({
      status: 400,
      text: '{"detail":"Missing template variables: name, appointment_type"}',
    });
    expect((await send({ ...example, welcome_message: '{{__proto__}} {{constructor.name}}' })).body.detail).toBe(
      'Missing template variables: __proto__, constructor.name',
    );
    expect(placedCalls()).toHaveLength(before);
  });

  it.each([
    ['template', { welcome_message: 'x'.repeat(10_001) }],
    ['value', { variables: { name: 'x'.repeat(2001), time: 1, appointment_type: 1 } }],
  ])('with a %s that is too long is 400', async (_, more) => {
    const answer = await send({ ...example, ...more });
    expect(answer).toMatchObject({ status: 400, body: { detail: expect.any(String) } });
  });

  it.each([[0], [-1], [999_999], [2_147_483_648], [Number.MAX_SAFE_INTEGER]])(
    'for the assistant %j is 404',
    async (assistantId) => {
      expect(await send({ ...example, assistant_id: assistantId })).toMatchObject({
        status: 404,
        body: { detail: `Assistant ${assistantId} not found` },
      });
    },
  );

  it.each([
    ['is not JSON', '{"assistant_id": 12', {}, 400],
    ['reaches for __proto__', '{"__proto__":{"x":1}}', {}, 400],
    ['is too large', `{"agenda":"${'x'.repeat(100 * 1024)}"}`, {}, 413],
    ['is of another type', 'assistant_id=1', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
  ] as const)('whose body %s is refused in the same shape', async (...[, body, headers, status]) => {
    const answer = await send(body, headers);
    expect(answer.status).toBe(status);
    expect(Object.keys(answer.body)).toEqual(['detail']);
    if (status === 400) expect(answer.body.detail).toMatchObject([{ loc: ['body', 0], type: 'json_invalid' }]);
  });
});

describe('a call that is not placed', () => {
  it('is 502 with the carrier’s words when it refuses', async () => {
    expect(await send({ ...example, to_phone_number: '+15005550001' })).toMatchObject({
      status: 502,
      text: `{"detail":"The 'To' number +15005550001 does not appear to be valid."}`,
    });
  });

  it('is 502 and says that it may ring when the carrier gave no clear answer', async () => {
    const answer = await whileUnclear(server.simulator, 'ambiguous-html', () =>
      send({ ...example, to_phone_number: someone() }),
    );
    expect(answer.status).toBe(502);
    expect(answer.body.detail).toMatch(/^The carrier did not confirm the call call_\w+\. It may still ring;/);
  });

  it('is 403 with a code when a rule forbids it', async () => {
    const number = '+12025550178';
    const entry = { client_id: '', number, reason: 'asked by letter', call_id: null, created_at: new Date() };
    await addToDoNotCall(server.callwright.store.db, entry);
    expect(await send({ ...example, to_phone_number: number })).toMatchObject({
      status: 403,
      body: { detail: 'This number is on the do-not-call list (asked by letter).', code: 'dial/do-not-call' },
    });
  });
});

describe('an Idempotency-Key', () => {
  it('gives the same answer again and one call; with another body it is 422', async () => {
    const headers = { 'idempotency-key': 'same-again' };
    const order = { ...example, to_phone_number: someone() };
    const first = await send(order, headers);
    const before = placedCalls().length;
    expect(await send(order, headers)).toMatchObject({ status: 200, text: first.text });
    expect(await send({ ...order, agenda: null }, headers)).toMatchObject({
      status: 422,
      body: { detail: 'this Idempotency-Key was used with another request body' },
    });
    expect(placedCalls()).toHaveLength(before);
  });
});

it('where phones are real nobody gets in without a key', async () => {
  const real = await startWithAccount();
  try {
    const options = { method: 'POST', headers: { 'content-type': 'application/json' }, body: exampleBody };
    const refused = await fetch(`${real.url}${path}`, options);
    expect([refused.status, await refused.text()]).toEqual([401, '{"detail":"Not authenticated"}']);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    const known = await fetch(`${real.url}${path}`, { ...options, headers: { ...options.headers, ...real.key } });
    expect(known.status).toBe(404);
  } finally {
    await real.stop();
  }
});
