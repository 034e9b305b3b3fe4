/** Tools that ask a service of the assistant's author, in whole calls: what is sent, and what becomes of the answer. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { verifyWebhook } from '../../examples/verify-webhook.ts';
import type { CallWithTurns } from '../../src/api/contract/calls.ts';
import { createObedientModel } from '../setup/obedient-model.ts';
import { type RunningServer, startServer } from '../setup/running-server.ts';
import { type Service, startService } from '../setup/service.ts';

const orders: Record<string, string> = {
  'A table.': 'TOOL book_table {"day":"monday"}',
  'For my neighbour.': 'TOOL book_table {"day":"friday","phone":"+15559999"}',
  'And flowers.': 'TOOL order_flowers {}',
  'Look inside.': 'TOOL look_inside {}',
  'Goodbye.': 'TOOL hang_up',
};
const model = createObedientModel((said) => orders[said] ?? null);

let server: RunningServer;
let service: Service;
beforeAll(async () => {
  service = await startService(({ path }) => {
    if (path.startsWith('/flowers')) return { status: 302, headers: { location: 'http://169.254.169.254/' } };
    return { body: '{"table":4}' };
  });
  // Slowly enough that sound has no gaps, which a person would take for the end of what is said.
  server = await startServer({ speed: 4, overrides: { languageModel: model } });
});
afterAll(async () => {
  await server.stop();
  await service.stop();
});

const toolsOf = (url: string) => [
  'hang_up',
  {
    ...{ type: 'http', name: 'book_table', description: 'Books a table.', url: `${url}/calls/{{call.id}}/tables` },
    parameters: {
      type: 'object',
      properties: { day: { type: 'string', maxLength: 20 } },
      required: ['day'],
      additionalProperties: false,
    },
    bound: { phone: '{{person.number}}', guest: '{{variables.name}}' },
    waiting_phrase: 'One moment, I look.',
  },
  { type: 'http', name: 'order_flowers', description: 'Orders flowers.', url: `${url}/flowers` },
  { type: 'http', name: 'look_inside', description: 'Looks.', method: 'GET', url: 'https://inside.localhost.test/' },
];

async function call(number: string, engine: string): Promise<CallWithTurns> {
  const words = Object.keys(orders);
  const script = words.flatMap((said) => ['listens', `says "${said}"`]);
  server.person(number, ['answers after 1s', ...script, 'stays silent'].join('\n'));
  const made = await server.post('/v1/assistants', {
    ...{ name: 'Desk', prompt: 'Obey.', engine, tools: toolsOf(service.url) },
  });
  const { id } = (await made.json()) as { id: number };
  const placed = await server.post('/v1/calls', { to: number, assistant_id: id, variables: { name: 'Ann' } });
  return server.whenOver(((await placed.json()) as { id: string }).id);
}

it.each([
  ['relay', '+12125551801'],
  ['cascade', '+12125551802'],
])('over %s a service is asked with what the model chose and the server binds, signed', async (engine, number) => {
  service.asked.length = 0;
  const over = await call(number, engine);
  expect(over.tool_calls.map(({ name, state, result }) => [name, state, result])).toEqual([
    ['book_table', 'done', '{"table":4}'],
    ['book_table', 'refused', expect.stringContaining('phone')],
    ['order_flowers', 'failed', expect.stringContaining('redirects')],
    ['look_inside', 'failed', expect.stringContaining('The tool failed')],
    ['hang_up', 'done', expect.any(String)],
  ]);
  expect(service.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
    ...[`POST /calls/${over.id}/tables`, 'POST /flowers'],
  ]);
  const [{ headers, body }] = service.asked as [Service['asked'][number]];
  const { secret } = await server.get<{ secret: string }>('/v1/tool-secret');
  const now = Number(headers['webhook-timestamp']);
  const signed = { headers: headers as Record<string, string>, body };
  expect(verifyWebhook(secret, signed, now)).toEqual({ day: 'monday', phone: number, guest: 'Ann' });
  expect(over.turns.map(({ text }) => text).join(' ')).toContain('One moment, I look.');
});

it('an address that leads inside is refused when it is written, and so is one whose host depends on a call', async () => {
  const make = async (url: string) => {
    const tools = [{ type: 'http', name: 'look', description: 'Looks.', url }];
    const answer = await server.post('/v1/assistants', { name: 'Desk', prompt: 'Obey.', tools });
    const { errors } = (await answer.json()) as { errors?: { field: string; message: string }[] };
    return [answer.status, errors?.[0]];
  };
  const field = 'tools.0.url';
  expect(await make('https://169.254.169.254/latest')).toEqual([
    400,
    { field, message: expect.stringContaining('public network') },
  ]);
  expect(await make('https://{{variables.host}}/')).toEqual([400, { field, message: expect.stringContaining('host') }]);
  expect(await make('not an address')).toEqual([400, { field, message: expect.stringContaining('address') }]);
});
