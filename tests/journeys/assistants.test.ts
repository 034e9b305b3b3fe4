/** `/v1/assistants` and `/v1/phone-numbers` over real HTTP: drafts, versions, previews, belonging, and one client's walls. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AssistantResource, AssistantVersionResource, PreviewResult } from '../../src/api/contract/assistants.ts';
import type { CallResource } from '../../src/api/contract/calls.ts';
import type { PhoneNumberResource } from '../../src/api/contract/phone-numbers.ts';
import { type Assistant, usualWhoPickedUp } from '../../src/assistant/assistant.ts';
import { findCall } from '../../src/store/calls.ts';
import { everyone } from '../../src/store/reach.ts';
import { ask, logIn } from '../setup/account-client.ts';
import { type RunningServer, startServer } from '../setup/running-server.ts';

let server: RunningServer;
/** Tokens of two clients' users, and of the operator. */
let [one, other, operator] = ['', '', ''];
let otherId = '';

/** `[body, token]`: by the operator unless another token is given. */
const send = <T = Record<string, unknown>>(method: string, path: string, ...[body, token]: [unknown?, string?]) =>
  ask<T>(`${server.url}${path}`, method, { token: token ?? operator, ...(body === undefined ? {} : { body }) });

async function createClient(name: string) {
  const pair = { email: `${name}@example.org`, password: 'a password of some length' };
  const { body } = await send('POST', '/v1/clients', { name, ...pair });
  return { id: String(body.id), token: (await logIn(server.url, pair)).token };
}

beforeAll(async () => {
  server = await startServer({ config: { requestsPerMinute: 100_000 } });
  operator = server.callwright.operatorKey;
  one = (await createClient('one')).token;
  const second = await createClient('other');
  [other, otherId] = [second.token, second.id];
});
afterAll(() => server.stop());

const written = { name: 'Reminder', prompt: 'You remind people of their appointments.' };
const create = async (more: Record<string, unknown> = {}, token = operator) => {
  const { body } = await send<AssistantResource>('POST', '/v1/assistants', { ...written, ...more }, token);
  return body;
};

describe('an assistant', () => {
  it('needs a name and a prompt; the rest has a usual value, and it can make calls at once', async () => {
    const { status, body, headers } = await send<AssistantResource>('POST', '/v1/assistants', written);
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/v1/assistants/${body.id}`);
    expect(body).toEqual({
      ...{ id: expect.any(Number), client_id: null, ...written },
      ...{ welcome_message: null, agenda: null, engine: 'cascade', fallback_engines: [], language: 'en-US' },
      ...{
        speaks_first: 'assistant',
        voice: null,
        llm: null,
        stt: null,
        tts: null,
        tools: ['hang_up', 'do_not_call_again'],
      },
      voicemail: { action: 'hang_up', message: null },
      who_picked_up: usualWhoPickedUp,
      success_criteria: null,
      retry: null,
      redact: [],
      limits: { ring_seconds: 60, max_duration_seconds: 1800, silence_ms: 8000 },
      ...{ analysis_schema: null, disclosure: null, published_version: 1, archived_at: null },
      ...{ created_at: expect.any(String), updated_at: expect.any(String) },
    });
    expect((await send('GET', `/v1/assistants/${body.id}`)).body).toEqual(body);
  });

  it('keeps everything that the contract lists', async () => {
    const everything = {
      ...written,
      ...{
        welcome_message: 'Hello {{name}}.',
        agenda: 'Remind {{name}}.',
        engine: 'relay',
        fallback_engines: ['cascade'],
      },
      ...{ language: 'de-DE', voice: { provider: 'ElevenLabs', name: 'Anna' } },
      llm: { provider: 'openai', model: 'gpt-5', temperature: 0.2 },
      stt: { provider: 'deepgram', model: 'nova-3' },
      tts: { provider: 'elevenlabs', voice: 'anna' },
      tools: ['hang_up'],
      voicemail: { action: 'leave_message', message: 'Please call back, {{name}}.' },
      limits: { ring_seconds: 20, max_duration_seconds: 300, silence_ms: 5000 },
      analysis_schema: { type: 'object', properties: { confirmed: { type: 'boolean' } } },
      disclosure: 'This call is recorded.',
      success_criteria: 'They confirm.',
      retry: { max_attempts: 3, after_seconds: { no_answer: 3600 } },
      who_picked_up: {
        detect: 'heard',
        screener: { action: 'hang_up', introduction: null },
        menu: { action: 'hang_up' },
      },
    };
    const { id } = await create(everything);
    const renamed = await send('PATCH', `/v1/assistants/${id}`, { name: 'Renamed' });
    expect(renamed.body).toMatchObject({ ...everything, name: 'Renamed' });
  });

  it.each([
    ['no name', { prompt: 'x' }, 'name'],
    ['no prompt', { name: 'x' }, 'prompt'],
    ['an unknown field', { ...written, promt: 'x' }, ''],
    ['an engine nobody has', { ...written, engine: 'magic' }, 'engine'],
    ['a tool nobody has', { ...written, tools: ['fly'] }, 'tools.0'],
    ['a tool twice', { ...written, tools: ['hang_up', 'hang_up'] }, 'tools'],
    ['a limit out of range', { ...written, limits: { ring_seconds: 4 } }, 'limits.ring_seconds'],
    ['an unknown limit', { ...written, limits: { rings: 4 } }, 'limits'],
    ['a template that is too long', { ...written, agenda: 'x'.repeat(10_001) }, 'agenda'],
    ['a template of too many names', { ...written, agenda: '{{a}}'.repeat(201) }, 'agenda'],
    ['text that cannot be stored', { ...written, prompt: 'a\0' }, 'prompt'],
    ['an id out of range', { ...written, id: 0 }, 'id'],
    ['a client that is none', { ...written, client_id: 'client_none' }, 'client_id'],
  ])('with %s is refused, and the field is named', async (_, body, field) => {
    const { status, body: problem } = await send('POST', '/v1/assistants', body);
    expect([status, problem.code]).toEqual([400, 'request/invalid']);
    expect(problem.errors).toEqual([{ field, message: expect.any(String) }]);
  });

  it('may get an id of an administrator’s choice, and the others go on behind it', async () => {
    expect((await create({ id: 123 })).id).toBe(123);
    expect(await send('POST', '/v1/assistants', { ...written, id: 123 })).toMatchObject({
      status: 409,
      body: { code: 'assistant/id-taken' },
    });
    expect((await send('POST', '/v1/assistants', { ...written, id: 77 }, one)).status).toBe(403);
    const ids = await Promise.all(Array.from({ length: 8 }, async () => (await create()).id));
    expect(new Set(ids).size).toBe(8);
    expect(Math.min(...ids)).toBeGreaterThan(123);
  });

  it('is made once for one Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'assistant-once' };
    const options = { token: operator, headers, body: written };
    const answers = [];
    for (let round = 0; round < 2; round += 1) {
      answers.push(await ask(`${server.url}/v1/assistants`, 'POST', options));
    }
    expect(answers[1]?.body).toEqual(answers[0]?.body);
  });

  it('changes as a draft, field by field, until it is published', async () => {
    const { id } = await create({ welcome_message: 'Hello.' });
    const changes = { welcome_message: null, limits: { silence_ms: 3000 } };
    const changed = await send<AssistantResource>('PATCH', `/v1/assistants/${id}`, changes);
    expect(changed.body).toMatchObject({
      ...{ id, ...written, welcome_message: null, published_version: 1 },
      limits: { ring_seconds: 60, max_duration_seconds: 1800, silence_ms: 3000 },
    });
    const first = await send<AssistantVersionResource>('GET', `/v1/assistants/${id}/versions/1`);
    expect(first.body.definition).toMatchObject({ welcome_message: 'Hello.', limits: { silence_ms: 8000 } });
    const published = await send<AssistantVersionResource>('POST', `/v1/assistants/${id}/publish`);
    expect(published).toMatchObject({
      status: 201,
      body: { assistant_id: id, version: 2, published_by: 'operator-key' },
    });
    expect(published.body.definition).toMatchObject({ welcome_message: null, limits: { silence_ms: 3000 } });
    const versions = await send<{ data: AssistantVersionResource[]; next_cursor: string }>(
      'GET',
      `/v1/assistants/${id}/versions?limit=1`,
    );
    expect(versions.body.data.map(({ version }) => version)).toEqual([2]);
    const rest = await send(`GET`, `/v1/assistants/${id}/versions?cursor=${versions.body.next_cursor}`);
    expect(rest.body).toMatchObject({ data: [{ version: 1 }], has_more: false, next_cursor: null });
    expect((await send('PATCH', `/v1/assistants/${id}`, {})).status).toBe(400);
  });

  it('makes a call as it is published, as it was in a version, or as the draft is', async () => {
    const { id } = await create({ welcome_message: 'First.' });
    await send('PATCH', `/v1/assistants/${id}`, { welcome_message: 'Second.' });
    await send('POST', `/v1/assistants/${id}/publish`);
    await send('PATCH', `/v1/assistants/${id}`, { welcome_message: 'Third.' });
    const call = async (version: object, token = operator) =>
      send('POST', '/v1/calls', { to: '+14155550142', assistant_id: id, ...version }, token);
    const made = [{}, { assistant_version: 1 }, { assistant_version: 'draft' }].map(async (version) => {
      const { status, body } = await call(version);
      const row = await findCall(server.callwright.store.db, everyone, String(body.id));
      const { version: used } = body.assistant as CallResource['assistant'];
      return [status, used, (row?.assistant as Assistant | undefined)?.welcome_message];
    });
    expect(await Promise.all(made)).toEqual([
      [201, 2, 'Second.'],
      [201, 1, 'First.'],
      [201, null, 'Third.'],
    ]);
    for (const version of [3, 2_147_483_647]) expect((await call({ assistant_version: version })).status).toBe(404);
    expect((await call({ assistant_version: 'draft' }, one)).status).toBe(404);
    for (const version of [0, 'newest', null]) expect((await call({ assistant_version: version })).status).toBe(400);
    expect(await call({ assistant_id: undefined, assistant_version: 1 })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'assistant_version', message: 'needs assistant_id, whose version it is' }] },
    });
    await send('DELETE', `/v1/assistants/${id}`);
    for (const version of [1, 'draft']) expect((await call({ assistant_version: version })).status).toBe(404);
  });

  it('is published as often at once as it is asked for, each a version of its own', async () => {
    const { id } = await create();
    const made = await Promise.all(
      Array.from({ length: 6 }, () => send<AssistantVersionResource>('POST', `/v1/assistants/${id}/publish`)),
    );
    expect(made.map(({ body }) => body.version).sort()).toEqual([2, 3, 4, 5, 6, 7]);
  });

  it('is archived, not deleted: it can be read, and neither changed nor called with', async () => {
    const { id } = await create({}, one);
    expect((await send('DELETE', `/v1/assistants/${id}`, undefined, one)).status).toBe(204);
    expect((await send('DELETE', `/v1/assistants/${id}`, undefined, one)).status).toBe(204);
    expect((await send('GET', `/v1/assistants/${id}`, undefined, one)).body.archived_at).toEqual(expect.any(String));
    const refused = { status: 409, body: { code: 'assistant/archived' } };
    expect(await send('PATCH', `/v1/assistants/${id}`, { name: 'x' }, one)).toMatchObject(refused);
    expect(await send('POST', `/v1/assistants/${id}/publish`, undefined, one)).toMatchObject(refused);
    const idsIn = async (query: string) => {
      const { body } = await send<{ data: AssistantResource[] }>('GET', `/v1/assistants?${query}`, undefined, one);
      return body.data.map((assistant) => assistant.id);
    };
    expect(await idsIn('limit=100')).not.toContain(id);
    expect(await idsIn('limit=100&archived=true')).toContain(id);
    const order = { assistant_id: id, to_phone_number: '+15559876543' };
    expect(await send('POST', '/calls/initiate', order, one)).toMatchObject({ status: 404 });
  });

  it('is listed page by page, each once', async () => {
    for (let number = 0; number < 3; number += 1) await create();
    const seen: number[] = [];
    let cursor = '';
    do {
      const page = await send<{ data: AssistantResource[]; next_cursor: string | null }>(
        'GET',
        `/v1/assistants?limit=2${cursor && `&cursor=${cursor}`}`,
      );
      seen.push(...page.body.data.map(({ id }) => id));
      cursor = page.body.next_cursor ?? '';
    } while (cursor !== '');
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
    expect(seen.length).toBeGreaterThan(3);
  });

  it.each([['x'], ['0'], ['-1'], ['1.5'], ['99999999999'], ['2147483648'], ['1e3'], ['__proto__'], ['%00']])(
    'there is none with the id %s',
    async (id) => {
      expect((await send('GET', `/v1/assistants/${id}`)).status).toBe(404);
    },
  );

  it('leaves its changes in the audit log', async () => {
    const { id } = await create();
    await send('PATCH', `/v1/assistants/${id}`, { name: 'Other' });
    await send('POST', `/v1/assistants/${id}/publish`);
    await send('DELETE', `/v1/assistants/${id}`);
    const { body } = await send<{ data: { action: string }[] }>(
      'GET',
      `/v1/audit-log?subject_kind=assistant&subject_id=${id}`,
    );
    expect(body.data.map(({ action }) => action).reverse()).toEqual([
      'assistant.created',
      'assistant.updated',
      'assistant.published',
      'assistant.archived',
    ]);
  });
});

describe('a preview', () => {
  it('shows what is said first and what the model is told, with the values in their places', async () => {
    const { id } = await create({ welcome_message: 'Hello {{name}}.', agenda: 'Remind {{name}} of {{what.kind}}.' });
    const variables = { name: 'John Doe', what: { kind: 'dental' } };
    const { body } = await send<PreviewResult>('POST', `/v1/assistants/${id}/preview`, { variables });
    expect(body.greeting).toBe('Hello John Doe.');
    expect(body.missing).toEqual([]);
    const [prompt, context, agenda] = body.instructions;
    expect(prompt?.startsWith(`${written.prompt}\n\n`)).toBe(true);
    expect(agenda).toBe('Agenda: Remind John Doe of dental.');
    expect(JSON.parse(context?.replace('Call Context: ', '') ?? '').customParameters).toEqual(variables);
  });

  it('takes other words, and lists the names that are missing', async () => {
    const { id } = await create({ welcome_message: 'Hello {{name}}.' });
    const asked = { welcome_message: 'Good day {{title}} {{name}}.', agenda: '{{thing}}', variables: { name: 'Ann' } };
    expect((await send<PreviewResult>('POST', `/v1/assistants/${id}/preview`, asked)).body).toMatchObject({
      greeting: 'Good day {{title}} Ann.',
      missing: ['title', 'thing'],
    });
  });

  it('is refused where a value is beyond the limits', async () => {
    const { id } = await create({ welcome_message: '{{name}}' });
    const asked = { variables: { name: 'x'.repeat(2001) } };
    expect(await send('POST', `/v1/assistants/${id}/preview`, asked)).toMatchObject({
      status: 422,
      body: { code: 'template/value-too-long' },
    });
  });
});

describe('a phone number', () => {
  let next = 0;
  const newNumber = () => {
    next += 1;
    return `+1555222${String(next).padStart(4, '0')}`;
  };
  const add = (body: unknown, token = operator) => send<PhoneNumberResource>('POST', '/v1/phone-numbers', body, token);

  it('is added, changed, listed and removed', async () => {
    const number = newNumber();
    const { id: assistantId } = await create();
    const added = await add({ number, assistant_id: assistantId });
    expect(added).toMatchObject({ status: 201, body: { number, assistant_id: assistantId, client_id: null } });
    const path = `/v1/phone-numbers/${added.body.id}`;
    expect((await send('GET', path)).body).toEqual(added.body);
    expect((await send('PATCH', path, { assistant_id: null })).body).toMatchObject({ number, assistant_id: null });
    const list = await send<{ data: PhoneNumberResource[] }>('GET', '/v1/phone-numbers?limit=100');
    expect(list.body.data.map((row) => row.number)).toContain(number);
    expect((await send('DELETE', path)).status).toBe(204);
    expect((await send('GET', path)).status).toBe(404);
    expect((await add({ number })).status).toBe(201);
  });

  it('belongs to one only', async () => {
    const number = newNumber();
    expect((await add({ number })).status).toBe(201);
    expect(await add({ number })).toMatchObject({ status: 409, body: { code: 'phone-number/taken' } });
  });

  it('is answered by an assistant of whoever it belongs to, or of the operator’s', async () => {
    const [mine, theirs] = [await create(), await create({}, one)];
    expect((await add({ number: newNumber(), client_id: otherId, assistant_id: mine.id })).status).toBe(201);
    const wrong = { status: 400, body: { errors: [{ field: 'assistant_id' }] } };
    expect(await add({ number: newNumber(), client_id: otherId, assistant_id: theirs.id })).toMatchObject(wrong);
    expect(await add({ number: newNumber(), assistant_id: theirs.id })).toMatchObject(wrong);
    expect(await add({ number: newNumber(), assistant_id: 1_999_999_999 })).toMatchObject(wrong);
    expect(await add({ number: newNumber(), client_id: 'client_none' })).toMatchObject({ status: 400 });
  });

  it.each([['15551234567'], ['+1 555'], [''], [7]])('that reads %j is none', async (number) => {
    expect(await add({ number })).toMatchObject({ status: 400, body: { errors: [{ field: 'number' }] } });
  });

  it('is the operator’s to give: a client may only look', async () => {
    expect((await add({ number: newNumber() }, one)).status).toBe(403);
    expect((await send('POST', '/v1/phone-numbers/sync', undefined, one)).status).toBe(403);
    expect((await send('GET', '/v1/phone-numbers', undefined, one)).status).toBe(200);
  });
});

describe('another client', () => {
  it('sees and touches nothing: all of it is not found', async () => {
    const { id } = await create({}, one);
    for (const [method, path, body] of [
      ['GET', ''],
      ['PATCH', '', { name: 'Mine now' }],
      ['DELETE', ''],
      ['POST', '/publish'],
      ['POST', '/preview', {}],
      ['GET', '/versions'],
      ['GET', '/versions/1'],
    ] as const) {
      expect((await send(method, `/v1/assistants/${id}${path}`, body, other)).status).toBe(404);
    }
    const { body } = await send<{ data: AssistantResource[] }>('GET', '/v1/assistants?archived=true', undefined, other);
    expect(body.data).toEqual([]);
    const order = { assistant_id: id, to_phone_number: '+15559876543' };
    expect(await send('POST', '/calls/initiate', order, other)).toMatchObject({
      status: 404,
      body: { detail: `Assistant ${id} not found` },
    });
    expect((await send('GET', `/v1/assistants/${id}`, undefined, one)).body).toMatchObject({
      ...{ name: 'Reminder', published_version: 1, archived_at: null },
    });
    const foreign = { ...written, client_id: otherId };
    expect((await send('POST', '/v1/assistants', foreign, one)).status).toBe(403);
  });

  it('sees only its own numbers', async () => {
    const number = '+15553330001';
    const { body } = await send<PhoneNumberResource>('POST', '/v1/phone-numbers', { number, client_id: otherId });
    const numbersOf = async (token: string) => {
      const list = await send<{ data: PhoneNumberResource[] }>('GET', '/v1/phone-numbers', undefined, token);
      return list.body.data.map((row) => row.number);
    };
    expect(await numbersOf(other)).toContain(number);
    expect(await numbersOf(one)).toEqual([]);
    expect((await send('GET', `/v1/phone-numbers/${body.id}`, undefined, one)).status).toBe(404);
    expect((await send('GET', `/v1/phone-numbers/${body.id}`, undefined, other)).status).toBe(200);
  });
});
