/** A person who asks to be called back is, once, at a time that the rules allow, and by whom they talked to. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CallWithTurns } from '../../src/api/contract/calls.ts';
import { parsePerson } from '../../src/simulator/person/parse-person.ts';
import { createObedientModel } from '../setup/obedient-model.ts';
import { type RunningServer, startServer } from '../setup/running-server.ts';

const iso = (ms: number) => new Date(ms).toISOString();
const order = (wanted: object) => `TOOL schedule_call_back ${JSON.stringify(wanted)}`;
const orders: Record<string, () => string> = {
  'Call me at once.': () => order({ time: iso(Date.now() + 2000), reason: 'The price of the red car.' }),
  'Call me twice.': () => order({ time: iso(Date.now() + 3000) }),
  'Call me at night.': () => order({ time: 'tomorrow 03:00' }),
  'Call me at noon.': () => order({ time: 'tomorrow 12:00' }),
  'Call me in the past.': () => order({ time: '2020-01-01T10:00' }),
  'Call my friend.': () => order({ time: 'tomorrow 12:00', number: '+15559999999' }),
  'Goodbye.': () => 'TOOL hang_up',
};
const model = createObedientModel((said) => orders[said]?.() ?? null);

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ speed: 4, overrides: { languageModel: model } });
});
afterAll(() => server.stop());

/** In which it is about noon now, so that the hours of calling are open. */
function zoneOfNoon(): string {
  const ahead = 12 - new Date().getUTCHours();
  return `Etc/GMT${ahead < 0 ? '+' : '-'}${Math.abs(ahead)}`;
}

const script = (words: string[]) =>
  [...words.flatMap((said) => ['listens', `says "${said}"`]), 'stays silent'].join('\n');

async function makeAssistant(): Promise<number> {
  const tools = ['hang_up', { type: 'schedule_call_back', greeting: 'Here I am again.' }];
  const made = await server.post('/v1/assistants', { name: 'Desk', prompt: 'Obey.', engine: 'relay', tools });
  return ((await made.json()) as { id: number }).id;
}

async function callIn(number: string, words: string[]): Promise<CallWithTurns> {
  const own = '+15551234567';
  await server.post('/v1/phone-numbers', { number: own, assistant_id: await makeAssistant() });
  await server.post('/v1/phone-numbers/sync', {});
  const { sid } = server.simulator.dialIn({ from: number, to: own, person: parsePerson('caller', script(words)) });
  await expect.poll(async () => (await server.get<{ id?: string }>(`/v1/calls/${sid}`)).id).toBeDefined();
  return server.whenOver(sid);
}

async function talk(number: string, words: string[]): Promise<CallWithTurns> {
  server.person(number, `answers after 1s\n${script(words)}`);
  const id = await makeAssistant();
  const wanted = { to: number, assistant_id: id, variables: { name: 'Ann' }, recipient_timezone: zoneOfNoon() };
  const placed = await server.post('/v1/calls', { ...wanted, agenda: 'Sell cars to {{name}}.' });
  return server.whenOver(((await placed.json()) as { id: string }).id);
}

it('is placed to the same number by the same assistant, and both calls name each other', async () => {
  const first = await talk('+13035551234', ['Call me at once.', 'Call me twice.', 'Goodbye.']);
  expect(first.tool_calls.map(({ name, state }) => [name, state])).toEqual([
    ['schedule_call_back', 'done'],
    ['schedule_call_back', 'failed'],
    ['hang_up', 'done'],
  ]);
  expect(first.tool_calls[1]?.result).toContain('a call back is scheduled already');
  const back = await server.whenOver(first.call_back_call_id ?? '');
  expect(back).toMatchObject({
    ...{ dialect: 'call-back', status: 'completed', to: first.to, from: first.from, assistant: first.assistant },
    ...{ call_back_of: first.id, call_back_reason: 'The price of the red car.', attempt: 1 },
    ...{
      agenda: 'The person asked for this call back. Sell cars to Ann.',
      recipient_timezone: first.recipient_timezone,
    },
    parameters: { name: 'Ann', call_back_reason: 'The price of the red car.' },
  });
  expect(back.turns[0]?.text).toBe('Here I am again.');
  const told = await server.eventsUntil(first.id, ({ type }) => type === 'call.ended');
  expect(told.filter(({ type }) => type === 'call.call_back_scheduled').map(({ data }) => data)).toEqual([
    { call_back_call_id: back.id, due_at: expect.any(String), reason: 'The price of the red car.' },
  ]);
  const [scheduled] = await server.eventsUntil(back.id, ({ type }) => type === 'call.ended');
  expect(scheduled).toMatchObject({ type: 'call.scheduled', data: { call_back_of: first.id } });
});

it('is not placed at a time that is past or outside the hours, and whoever asked hears of a better one', async () => {
  const over = await talk('+13035551235', ['Call me at night.', 'Call me in the past.', 'Goodbye.']);
  expect(over.tool_calls.map(({ state, result }) => [state, result])).toEqual([
    ['failed', expect.stringMatching(/outside the calling hours.*The next time that is allowed is .* at 08:00/)],
    ['failed', expect.stringContaining('that time has passed')],
    ['done', expect.any(String)],
  ]);
  expect(over.call_back_call_id).toBeNull();
});

it('rings nobody but the person on the line, and nobody who is not to be called', async () => {
  const friend = await talk('+13035551236', ['Call my friend.', 'Goodbye.']);
  expect(friend.tool_calls[0]).toMatchObject({ state: 'refused', result: expect.stringContaining('number') });
  await server.post('/v1/do-not-call', { number: '+13035551237', reason: 'asked in a letter' });
  const inbound = await callIn('+13035551237', ['Call me at noon.', 'Goodbye.']);
  expect(inbound.tool_calls[0]).toMatchObject({ state: 'failed', result: expect.stringContaining('cannot be called') });
  expect(server.simulator.calls().filter(({ to }) => to === '+15559999999')).toEqual([]);
});
