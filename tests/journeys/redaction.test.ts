/** What an assistant's author wants left out is nowhere once it was said; the conversation and its tools work with it. */

import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CallWithTurns } from '../../src/api/contract/calls.ts';
import { createObedientModel } from '../setup/obedient-model.ts';
import { type RunningServer, startServer } from '../setup/running-server.ts';
import { type Service, startService } from '../setup/service.ts';

const card = '4242 4242 4242 4242';
const address = 'ann.lee@example.com';
const model = createObedientModel((said) =>
  said.includes('Pay') ? `TOOL pay ${JSON.stringify({ card, note: address })}` : null,
);

let server: RunningServer;
let service: Service;
beforeAll(async () => {
  service = await startService(() => ({ body: `Paid with ${card}.` }));
  server = await startServer({ speed: 4, overrides: { languageModel: model } });
});
afterAll(async () => {
  await server.stop();
  await service.stop();
});

async function call(number: string, more: object): Promise<CallWithTurns> {
  const words = [`My card is ${card}.`, `I am ${address}.`, 'Pay it now.'];
  const script = words.flatMap((said) => ['listens', `says "${said}"`]);
  server.person(number, ['answers after 1s', ...script, 'listens', 'hangs up'].join('\n'));
  const pay = {
    type: 'http',
    name: 'pay',
    description: 'Pays.',
    url: `${service.url}/pay`,
    parameters: { type: 'object', additionalProperties: true },
  };
  const definition = { name: 'Desk', prompt: 'Obey.', engine: 'relay', tools: ['hang_up', pay], ...more };
  const { id } = (await (await server.post('/v1/assistants', definition)).json()) as { id: number };
  const placed = await server.post('/v1/calls', { to: number, assistant_id: id });
  return server.whenOver(((await placed.json()) as { id: string }).id);
}

/** All that the database holds of a call. */
async function keptOf(id: string): Promise<string> {
  const { db } = server.callwright.store;
  const tables = ['turns', 'tool_calls', 'events', 'call_log', 'call_analyses'];
  const rows = tables.map((name) =>
    sql<{ row: string }>`select to_jsonb(t)::text as row from ${sql.table(name)} t where call_id = ${id}`.execute(db),
  );
  return (await Promise.all(rows)).flatMap((found) => found.rows.map(({ row }) => row)).join('\n');
}

it('cards and addresses are in nothing that is kept or told, and reach the service all the same', async () => {
  service.asked.length = 0;
  const over = await call('+12125552101', { redact: ['cards', 'emails'] });
  expect(over.turns.map(({ text }) => text).join(' | ')).toMatch(/My card is \[card\]\..*I am \[email\]\./);
  expect(over.tool_calls[0]).toMatchObject({ name: 'pay', state: 'done', result: 'Paid with [card].' });
  expect(JSON.parse(over.tool_calls[0]?.arguments ?? '')).toEqual({ card: '[card]', note: '[email]' });
  const events = await server.eventsUntil(over.id, ({ type }) => type === 'call.ended');
  const told = JSON.stringify([over, events, await keptOf(over.id)]);
  for (const secret of [card, address]) expect(told).not.toContain(secret);
  expect(service.asked.map(({ body }) => JSON.parse(body) as unknown)).toEqual([{ card, note: address }]);
});

it('without it all is kept as it was said', async () => {
  const over = await call('+12125552102', {});
  expect(JSON.stringify(over.turns)).toContain(card);
  expect(await keptOf(over.id)).toContain(address);
});
