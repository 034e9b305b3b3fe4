/** A person who is handed over to a colleague: cold, warm, and back again where nobody takes them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallWithTurns } from '../../src/api/contract/calls.ts';
import { createObedientModel } from '../setup/obedient-model.ts';
import { type RunningServer, startServer } from '../setup/running-server.ts';

const orders: Record<string, string> = {
  'The boss.': 'TOOL transfer {"target":"Boss","briefing":"Ann is angry about her bill."}',
  'The desk.': 'TOOL transfer {"target":"Desk"}',
  'My friend.': 'TOOL transfer {"target":"+15559999999"}',
  'Cuba.': 'TOOL transfer {"target":"Havana"}',
  'Goodbye.': 'TOOL hang_up',
};
const model = createObedientModel((said) => orders[said] ?? null);

let server: RunningServer;
beforeAll(async () => {
  // Slowly enough that sound has no gaps, which a person would take for the end of what is said.
  server = await startServer({ speed: 4, overrides: { languageModel: model } });
});
afterAll(() => server.stop());

/** A line like `8s` is a wait, for as long as a colleague is called. */
const script = (words: string[], end: string) =>
  [
    ...['answers after 1s', 'patience 60s'],
    ...words.flatMap((said) => (/^\d+s$/.test(said) ? [`waits ${said}`] : ['listens', `says "${said}"`])),
    end,
  ].join('\n');

interface Wanted {
  engine: string;
  /** The colleague, as a script. */
  picksUp: string;
  words: string[];
  end?: string;
}

let numbers = 0;
async function place({ engine, picksUp, words, end = 'stays silent' }: Wanted) {
  numbers += 1;
  const [person, other] = [`+1212556${1000 + numbers}`, `+1212557${1000 + numbers}`];
  server.person(person, script(words, end));
  server.person(other, picksUp);
  const tools = [
    'hang_up',
    {
      type: 'transfer',
      targets: [
        { name: 'Desk', number: other, ring_seconds: 10 },
        { name: 'Boss', number: other, mode: 'warm', ring_seconds: 10 },
        { name: 'Havana', number: '+5371234567' },
      ],
    },
  ];
  const made = await server.post('/v1/assistants', { name: 'Front desk', prompt: 'Obey.', engine, tools });
  const { id } = (await made.json()) as { id: number };
  const placed = await server.post('/v1/calls', { to: person, assistant_id: id });
  const call = ((await placed.json()) as { id: string }).id;
  const legOf = () => server.simulator.calls().find(({ to }) => to === other);
  return { call, other, legOf };
}

const textOf = (over: CallWithTurns) => over.turns.map(({ text }) => text).join(' | ');
const typesOf = async (id: string) =>
  (await server.eventsUntil(id, ({ type }) => type === 'call.ended'))
    .map(({ type }) => type)
    .filter((type) => type.startsWith('call.transfer') || type === 'call.ended');

describe.each(['relay', 'cascade'])('over %s', (engine) => {
  it('whoever picks up has the person on the line, and hears them', async () => {
    const picksUp = 'answers after 2s\npatience 60s\nsays "Desk here."\nlistens\nwaits 1s\nhangs up';
    const { call, other, legOf } = await place({ engine, picksUp, words: ['The desk.', '20s', 'At last!'] });
    const over = await server.whenOver(call);
    expect(over).toMatchObject({
      ...{ status: 'completed', outcome: 'transferred', ended_reason: 'transferred', ended_by: 'assistant' },
      transfer: { target: 'Desk', number: other, mode: 'cold', by: 'assistant', state: 'connected', reason: null },
    });
    expect(await typesOf(call)).toEqual(['call.transferring', 'call.transferred', 'call.ended']);
    const leg = legOf();
    expect(leg).toMatchObject({ direction: 'outbound-dial', parentSid: over.carrier_sid, status: 'completed' });
    expect(leg?.heard.map(({ text }) => text)).toContain('At last!');
  });

  it('a colleague is told what it is about, and takes the person by a key', async () => {
    const picksUp = 'answers after 2s\nlistens\npresses 1\nwaits 3s\nhangs up';
    const { call, legOf } = await place({ engine, picksUp, words: ['The boss.'] });
    const over = await server.whenOver(call);
    expect(over).toMatchObject({ outcome: 'transferred', transfer: { mode: 'warm', state: 'connected' } });
    expect(legOf()?.heard[0]?.text).toMatch(/Front desk.*Ann is angry about her bill\..*Press 1/);
  });

  it('the assistant has the person back whom nobody takes, and goes on', async () => {
    const picksUp = 'answers after 2s\nlistens\nsays "No, I have no time."\nstays silent';
    const { call } = await place({ engine, picksUp, words: ['The boss.', '28s', 'Goodbye.'] });
    const over = await server.whenOver(call);
    expect(over).toMatchObject({
      ...{ outcome: 'talked', ended_reason: 'assistant_hung_up' },
      transfer: { state: 'failed', reason: 'declined' },
    });
    expect(textOf(over)).toMatch(/I will connect you now\..*nobody can take your call right now/);
    expect(await typesOf(call)).toEqual(['call.transferring', 'call.transfer_failed', 'call.ended']);
  });
});

it.each([
  ['is busy', 'is busy', 'busy'],
  ['does not answer', 'does not answer', 'no_answer'],
])('a colleague who %s is told to the assistant as that', async (_what, picksUp, reason) => {
  const { call } = await place({ engine: 'relay', picksUp, words: ['The desk.', '20s', 'Goodbye.'] });
  expect(await server.whenOver(call)).toMatchObject({ outcome: 'talked', transfer: { state: 'failed', reason } });
});

it('nobody is rung who is not on the list, or whom the rules forbid', async () => {
  const words = ['My friend.', 'Cuba.', 'Goodbye.'];
  const { call } = await place({ engine: 'relay', picksUp: 'answers after 1s', words });
  const over = await server.whenOver(call);
  expect(over.tool_calls.map(({ name, state, result }) => [name, state, result])).toEqual([
    ['transfer', 'refused', expect.stringContaining('target')],
    ['transfer', 'failed', expect.stringContaining('Not done')],
    ['hang_up', 'done', expect.any(String)],
  ]);
  expect(over.transfer).toBeNull();
  const rung = server.simulator.calls().map(({ to }) => to);
  expect(rung.filter((to) => to === '+15559999999' || to.startsWith('+53'))).toEqual([]);
});

it('a person who hangs up while it rings ends it, and the colleague is not rung on', async () => {
  const wanted = { engine: 'relay', picksUp: 'answers after 9s', words: ['The desk.'], end: 'waits 6s\nhangs up' };
  const { call, legOf } = await place(wanted);
  expect(await server.whenOver(call)).toMatchObject({ ended_reason: 'person_hung_up', outcome: 'talked' });
  await expect.poll(() => legOf()?.status).toBe('canceled');
});

it('whoever runs the calls hands a person over, presses keys, and is told what cannot be', async () => {
  const picksUp = 'answers after 1s\nsays "Desk here."\nwaits 2s\nhangs up';
  const { call } = await place({ engine: 'relay', picksUp, words: [], end: 'listens\nstays silent' });
  await server.eventsUntil(call, ({ type }) => type === 'turn.completed');
  const act = async (action: string, body: object) => {
    const answer = await server.post(`/v1/calls/${call}/${action}`, body);
    return [answer.status, ((await answer.json()) as { code?: string }).code];
  };
  expect(await act('dtmf', { keys: '12#' })).toEqual([200, undefined]);
  expect(await act('dtmf', { keys: 'abc' })).toEqual([400, 'request/invalid']);
  expect(await act('transfer', { target: 'Nobody' })).toEqual([422, 'transfer/no-such-target']);
  expect(await act('transfer', { target: 'Havana' })).toEqual([403, 'dial/country-not-allowed']);
  expect(await act('transfer', { target: 'Desk' })).toEqual([200, undefined]);
  const over = await server.whenOver(call);
  expect(over).toMatchObject({ outcome: 'transferred', ended_by: 'request', transfer: { by: 'request' } });
  expect(await act('transfer', { target: 'Desk' })).toEqual([409, 'call/not-talking']);
  const keys = server.simulator.calls().find(({ sid }) => sid === over.carrier_sid)?.keys ?? [];
  expect(keys.map(({ digit }) => digit).join('')).toBe('12#');
});
