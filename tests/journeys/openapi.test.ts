/** The description of the API: it is served, readable without the internet, and real answers are as it says. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type RunningServer, startServer } from '../setup/running-server.ts';

const password = 'correct horse battery staple';
const to = '+12125551234';

type Json = Record<string, unknown>;
interface Described {
  responses: Record<string, { content?: Record<string, { schema: Json }> }>;
}

let server: RunningServer;
let document: { paths: Record<string, Record<string, Described>>; components: { schemas: Json } };
let key: Record<string, string>;
let callId: string;
beforeAll(async () => {
  server = await startServer();
  document = await server.get('/openapi.json');
  server.person(to, 'answers after 1s\nlistens\nsays "Who is this?"\nlistens\nhangs up');
  callId = ((await (await server.post('/v1/calls', { to })).json()) as { id: string }).id;
  await server.whenOver(callId);
  await server.post('/v1/clients', {
    ...{ name: 'Acme', email: 'acme@example.com', password },
    twilio_phone_number: '+15551234567',
  });
  const login = await server.post('/auth/login', { email: 'acme@example.com', password });
  key = { authorization: `Bearer ${((await login.json()) as { token: string }).token}` };
});
afterAll(() => server.stop());

/** What the description says that an answer looks like. */
function schemaOf(operation: Described | undefined, status: number, type: string): z.ZodType {
  const described = operation?.responses[status] ?? operation?.responses.default;
  const schema = described?.content?.[type]?.schema;
  if (!schema) throw new Error(`${status} ${type} is not described`);
  const inDefinitions = JSON.stringify({ ...schema, $defs: document.components.schemas });
  return z.fromJSONSchema(JSON.parse(inDefinitions.replaceAll('#/components/schemas/', '#/$defs/')) as never);
}

async function expectAsDescribed(
  route: string,
  path: string,
  init: { body?: unknown; headers?: Record<string, string> },
) {
  const [method = '', described = ''] = route.split(' ');
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { ...(init.body === undefined ? {} : { 'content-type': 'application/json' }), ...init.headers },
    ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
  });
  const operation = document.paths[described]?.[method.toLowerCase()];
  expect(operation, route).toBeDefined();
  const type = (response.headers.get('content-type') ?? '').split(';')[0] ?? '';
  const body: unknown = await response.json();
  expect(
    schemaOf(operation, response.status, type).safeParse(body),
    `${response.status} ${JSON.stringify(body)}`,
  ).toMatchObject({
    success: true,
  });
  return { status: response.status, body: body as Json };
}

describe('the description', () => {
  it('is served as OpenAPI 3.1', async () => {
    const response = await fetch(`${server.url}/openapi.json`);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(document).toMatchObject({ openapi: expect.stringMatching(/^3\.1/), info: { title: 'Callwright' } });
  });

  it('is readable at /docs with nothing from anywhere else', async () => {
    const response = await fetch(`${server.url}/docs`);
    expect([response.status, new URL(response.url).pathname]).toEqual([200, '/docs/']);
    const page = await response.text();
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toMatch(/script-src 'self' 'sha256-[^']+';/);
    expect(policy).not.toMatch(/script-src[^;]*unsafe|https?:|\*/);
    expect(page).not.toMatch(/(src|href)="(https?:)?\/\//);
    const [, source = ''] = /<script src="([^"]+)"/.exec(page) ?? [];
    const script = await fetch(new URL(source, response.url));
    expect([script.status, script.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8']);
    expect((await script.text()).length).toBeGreaterThan(1_000_000);
    expect(page).toContain('"url": "/openapi.json"');
  });
});

describe('an answer of', () => {
  it.each([
    ['GET /v1/calls', '/v1/calls'],
    ['GET /v1/calls', '/v1/calls?status=never'],
    ['GET /v1/calls/{id}', '/v1/calls/CALL'],
    ['GET /v1/calls/{id}', '/v1/calls/call_none'],
    ['GET /v1/calls/{id}/events', '/v1/calls/CALL/events'],
    ['GET /v1/calls/{id}/transcript', '/v1/calls/CALL/transcript'],
    ['GET /v1/calls/{id}/recording', '/v1/calls/CALL/recording'],
    ['GET /v1/calls/{id}/recordings', '/v1/calls/CALL/recordings'],
    ['GET /v1/assistants', '/v1/assistants'],
    ['GET /v1/phone-numbers', '/v1/phone-numbers'],
    ['GET /v1/clients', '/v1/clients'],
    ['GET /v1/users', '/v1/users'],
    ['GET /v1/api-keys', '/v1/api-keys'],
    ['GET /v1/audit-log', '/v1/audit-log'],
    ['GET /v1/do-not-call', '/v1/do-not-call'],
    ['GET /v1/do-not-call/check', '/v1/do-not-call/check?number=%2B12125550100'],
    ['GET /v1/stats', '/v1/stats'],
    ['GET /v1/limits', '/v1/limits'],
    ['GET /auth/me', '/auth/me'],
    ['GET /healthz', '/healthz'],
    ['GET /readyz', '/readyz'],
  ])('%s is as described (%s)', async (route, path) => {
    await expectAsDescribed(route, path.replace('CALL', callId), {});
  });

  it.each([
    ['POST /v1/calls', { to, unknown: 1 }, 400],
    ['POST /v1/calls', { to }, 201],
    ['POST /v1/clients', { name: 'Another' }, 201],
    ['POST /v1/clients', { name: 'Acme', email: 'acme@example.com', password }, 409],
    ['POST /v1/users', { name: 'Vera', email: 'vera@example.com', password, role: 'viewer' }, 201],
    ['POST /v1/api-keys', { name: 'for tests' }, 201],
    ['POST /v1/assistants', { name: 'A', prompt: 'Be brief.' }, 201],
    ['POST /v1/phone-numbers', { number: '+12125550177' }, 201],
    ['POST /v1/do-not-call', { number: '+12125550188' }, 201],
    ['POST /v1/do-not-call/import', ['+12125550189', 'x'], 200],
    ['POST /auth/login', { email: 'acme@example.com', password }, 200],
    ['POST /auth/login', { email: 'acme@example.com', password: 'wrong' }, 401],
    ['POST /call-customer', { to: '+12125551235', verification: 1 }, 200],
    ['POST /call-customer', {}, 400],
    ['POST /api/outbound-call', { to: '+12125551236' }, 200],
    ['POST /api/outbound-call', {}, 400],
    ['POST /calls/initiate', {}, 422],
    ['POST /calls/initiate', { assistant_id: 99, to_phone_number: to }, 404],
  ])('%s to %j is as described', async (route, body, status) => {
    const answer = await expectAsDescribed(route, route.split(' ')[1] ?? '', { body });
    expect([answer.status, answer.body]).toMatchObject([status, {}]);
  });

  it('the client’s own form is as described', async () => {
    const form = '/secure/make-call';
    const made = await expectAsDescribed(`POST ${form}`, form, { body: { phone: '+12125551237' }, headers: key });
    expect(made.status).toBe(200);
    await expectAsDescribed(`POST ${form}`, form, { body: {}, headers: key });
    await expectAsDescribed(`POST ${form}`, form, { body: {} });
    await expectAsDescribed('GET /secure/calls', '/secure/calls', { headers: key });
    await expectAsDescribed('GET /secure/call-stats', '/secure/call-stats', { headers: key });
    await expectAsDescribed('GET /secure/calls/{callId}', `/secure/calls/${made.body.callSid}`, { headers: key });
  });

  it('a wrong kind would be seen', () => {
    const schema = schemaOf(document.paths['/v1/calls/{id}']?.get, 200, 'application/json');
    expect(schema.safeParse({ id: 1 }).success).toBe(false);
  });
});
