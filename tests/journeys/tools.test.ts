/** What an assistant does besides speaking, in whole calls: each thing once, and all of it on record. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CallWithTurns } from '../../src/api/contract/calls.ts';
import { createObedientModel } from '../setup/obedient-model.ts';
import { type RunningServer, startServer } from '../setup/running-server.ts';

const orders: Record<string, string> = {
  'Press one.': 'TOOL press_keys {"keys":"1#"}',
  'Take a message.': 'TOOL take_message {"text":"The gate is open.","from_name":"Ann"}',
  'Yes.': 'TOOL take_message {"text":"The gate is open.","from_name":"Ann"}',
  'Buy gold.': 'TOOL buy_gold {"kilos":3}',
  'Goodbye.': 'TOOL hang_up',
};
const model = createObedientModel((said) => orders[said] ?? null);

let server: RunningServer;
beforeAll(async () => {
  // Slowly enough that sound has no gaps, which a person would take for the end of what is said.
  server = await startServer({ speed: 4, overrides: { languageModel: model } });
});
afterAll(() => server.stop());

async function call(number: string, script: string, assistant: object): Promise<CallWithTurns> {
  server.person(number, script);
  const made = await server.post('/v1/assistants', { name: 'Desk', prompt: 'Obey.', ...assistant });
  const { id } = (await made.json()) as { id: number };
  const placed = await server.post('/v1/calls', { to: number, assistant_id: id });
  return server.whenOver(((await placed.json()) as { id: string }).id);
}

const tools = ['hang_up', 'press_keys', { type: 'take_message', confirm: 'the message may be passed on' }];
const script = (words: string[]) =>
  ['answers after 1s', ...words.flatMap((said) => ['listens', `says "${said}"`]), 'stays silent'].join('\n');

it.each(['relay', 'cascade'])(
  'over %s each tool is run once, by what the person said, and kept with the call',
  async (engine) => {
    const words = ['Press one.', 'Buy gold.', 'Take a message.', 'Yes.', 'Goodbye.'];
    const over = await call('+12125551234', script(words), { engine, tools });
    expect(over).toMatchObject({ status: 'completed', ended_reason: 'assistant_hung_up' });
    expect(over.tool_calls.map(({ number, name, state, result }) => [number, name, state, result])).toEqual([
      [1, 'press_keys', 'done', 'Pressed 1#.'],
      [2, 'buy_gold', 'refused', 'There is no such tool.'],
      [3, 'take_message', 'confirming', expect.stringContaining('the message may be passed on')],
      [4, 'take_message', 'done', 'The message is kept.'],
      [5, 'hang_up', 'done', expect.any(String)],
    ]);
    const events = await server.eventsUntil(over.id, ({ type }) => type === 'call.ended');
    expect(events.filter(({ type }) => type === 'tool.called').map(({ data }) => data.state)).toEqual([
      ...['done', 'refused', 'confirming', 'done', 'done'],
    ]);
    expect(events.filter(({ type }) => type === 'message.taken').map(({ data }) => data)).toEqual([
      { text: 'The gate is open.', from_name: 'Ann', for_name: null, call_back_number: null },
    ]);
  },
);
