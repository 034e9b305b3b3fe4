/** Tools of an MCP server in whole calls: only those allowed, with what the server binds, and its secret told to it alone. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CallWithTurns } from '../../src/api/contract/calls.ts';
import { ask } from '../setup/account-client.ts';
import { type McpTestServer, startMcpServer } from '../setup/mcp-server.ts';
import { createObedientModel } from '../setup/obedient-model.ts';
import { type RunningServer, startServer } from '../setup/running-server.ts';

const orders: Record<string, string> = {
  'Where is my order?': 'TOOL shop_find_order {"number":7}',
  'And of my neighbour?': 'TOOL shop_find_order {"number":7,"phone":"+15559999999"}',
  'Delete it all.': 'TOOL shop_delete_all {}',
  'Fail.': 'TOOL shop_fail {}',
  'Goodbye.': 'TOOL hang_up',
};
const model = createObedientModel((said) => orders[said] ?? null);

let server: RunningServer;
let shop: McpTestServer;
beforeAll(async () => {
  shop = await startMcpServer();
  const inputSchema = {
    type: 'object',
    properties: { number: { type: 'integer' }, phone: { type: 'string', pattern: '(.*)*x' } },
    required: ['number', 'phone'],
  };
  const noArguments = { type: 'object', properties: {} };
  shop.tools = [
    { name: 'find_order', description: 'Finds an order.', inputSchema },
    { name: 'delete_all', description: 'Deletes all.', inputSchema: noArguments },
    { name: 'fail', inputSchema: noArguments },
  ];
  shop.answer = (tool, values) =>
    tool === 'fail'
      ? { isError: true, content: [{ type: 'text', text: 'The shop is closed.' }] }
      : { content: [{ type: 'text', text: `Order of ${String(values.phone)}` }] };
  server = await startServer({ speed: 4, overrides: { languageModel: model } });
});
afterAll(async () => {
  await server.stop();
  await shop.stop();
});

const send = <T = Record<string, unknown>>(method: string, path: string, body?: unknown) =>
  ask<T>(`${server.url}${path}`, method, body === undefined ? {} : { body });

const mcp = (more: object = {}) => ({
  ...{ type: 'mcp', name: 'shop', url: shop.url, tools: ['find_order', 'fail', 'not_there'] },
  ...{ bound: { phone: '{{person.number}}' }, waiting_phrase: 'One moment, I look.' },
  ...more,
});
const makeAssistant = async (tool: object, engine = 'relay') => {
  const definition = { name: 'Desk', prompt: 'Obey.', engine, tools: ['hang_up', tool] };
  return send<{ id: number; errors?: { field: string; message: string }[] }>('POST', '/v1/assistants', definition);
};

async function call(number: string, id: number): Promise<CallWithTurns> {
  const script = Object.keys(orders).flatMap((said) => ['listens', `says "${said}"`]);
  server.person(number, ['answers after 1s', ...script, 'stays silent'].join('\n'));
  const placed = await send<{ id: string }>('POST', '/v1/calls', { to: number, assistant_id: id });
  return server.whenOver(placed.body.id);
}

it('does what is allowed for the person on the line, and nothing else', async () => {
  const { body } = await makeAssistant(mcp());
  const secret = { server: 'shop', secret: 'tell-nobody' };
  const set = await send('POST', `/v1/assistants/${body.id}/mcp-secrets`, secret);
  expect(set).toMatchObject({ status: 201, body: { server: 'shop', origin: new URL(shop.url).origin } });
  const number = '+12125551901';
  const over = await call(number, body.id);
  expect(over.tool_calls.map(({ name, state, result }) => [name, state, result])).toEqual([
    ['shop_find_order', 'done', `Order of ${number}`],
    ['shop_find_order', 'refused', expect.stringContaining('phone')],
    ['shop_delete_all', 'refused', 'There is no such tool.'],
    ['shop_fail', 'failed', expect.stringContaining('The shop is closed.')],
    ['hang_up', 'done', expect.any(String)],
  ]);
  const calls = shop.heard.filter(({ message }) => message.method === 'tools/call');
  expect(calls.map(({ message }) => message.params)).toEqual([
    { name: 'find_order', arguments: { number: 7, phone: number }, _meta: { 'callwright/call_id': over.id } },
    { name: 'fail', arguments: { phone: number }, _meta: { 'callwright/call_id': over.id } },
  ]);
  expect(new Set(shop.heard.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer tell-nobody']));
  await expect.poll(() => shop.sessions.size).toBe(0);
  const told = [over, (await send('GET', `/v1/assistants/${body.id}`)).body, (await send('GET', `/v1/audit-log`)).body];
  expect(JSON.stringify(told)).not.toContain('tell-nobody');
});

it('tells a secret to no other address than the one it was given for', async () => {
  const { body } = await makeAssistant(mcp({ url: 'https://shop.example/mcp' }));
  const path = `/v1/assistants/${body.id}/mcp-secrets`;
  expect((await send('POST', path, { server: 'crm', secret: 'x' })).status).toBe(422);
  expect((await send('POST', path, { server: 'shop', secret: 'for-the-old-one' })).status).toBe(201);
  await send('PATCH', `/v1/assistants/${body.id}`, { tools: ['hang_up', mcp()] });
  await send('POST', `/v1/assistants/${body.id}/publish`);
  shop.heard.length = 0;
  await call('+12125551902', body.id);
  expect(shop.heard.map(({ authorization }) => authorization).filter(Boolean)).toEqual([]);
  expect((await send('GET', path)).body).toMatchObject({ data: [{ server: 'shop', origin: 'https://shop.example' }] });
  expect((await send('DELETE', `${path}/shop`)).status).toBe(204);
  expect((await send('DELETE', `${path}/shop`)).status).toBe(404);
});

it('leaves a call alone whose server is away', async () => {
  const { body } = await makeAssistant(mcp({ url: 'http://127.0.0.1:9/mcp' }));
  const over = await call('+12125551903', body.id);
  expect(over).toMatchObject({ status: 'completed', ended_reason: 'assistant_hung_up' });
  expect(over.tool_calls[0]).toMatchObject({ state: 'refused', result: 'There is no such tool.' });
});

it.each([
  ['an address that leads inside', { url: 'https://10.0.0.1/mcp' }, 'tools.1.url'],
  ['an address that depends on the call', { url: 'https://example.com/{{call.id}}' }, 'tools.1.url'],
  ['no tool that is allowed', { tools: [] }, 'tools.1.tools'],
  ['a secret among what can be read', { secret: 'x' }, 'tools.1'],
])('is refused with %s', async (_what, more, field) => {
  const { status, body } = await makeAssistant(mcp(more));
  expect([status, body.errors?.[0]?.field]).toEqual([400, field]);
});
