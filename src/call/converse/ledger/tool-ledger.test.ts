import { describe, expect, it } from 'vitest';
import type { Tool, ToolRules } from '../../../assistant/tools/tool.ts';
import { createFakeClock } from '../../../base/clock.ts';
import { createIds } from '../../../base/ids.ts';
import { createSeededRandom } from '../../../base/random.ts';
import type { ToolCallRow } from '../../../store/tool-calls.ts';
import { settled } from '../../testing/fake-model.ts';
import { createMemoryRecord } from '../../testing/memory-record.ts';
import { createHistory } from '../history.ts';
import { createToolLedger } from './tool-ledger.ts';

const about = { callId: 'call_1', clientId: 'client_a' };
const context = { ...about, personNumber: '+15550101' };

function open(earlier: ToolCallRow[] = []) {
  const clock = createFakeClock();
  const record = createMemoryRecord();
  const newId = createIds(clock, createSeededRandom(1));
  const history = createHistory({ ...about, record, clock, newId, earlier: [], charactersPerSecond: 15 });
  const ledger = createToolLedger({ ...about, clock, newId, record, history, language: 'en-US', earlier });
  return { clock, record, history, ledger };
}

function createBooking(rules: ToolRules = {}) {
  const runs: Record<string, unknown>[] = [];
  const answers: ((content: string) => void)[] = [];
  const tool: Tool = {
    definition: {
      name: 'book',
      description: '',
      parameters: {
        type: 'object',
        properties: { day: { type: 'string', maxLength: 10 }, seats: { type: 'integer', minimum: 1 } },
        required: ['day'],
        additionalProperties: false,
      },
    },
    rules,
    run: (_context, values) => {
      runs.push(values);
      return new Promise((resolve) => answers.push((content) => resolve({ content, endsCall: null })));
    },
  };
  return { tool, runs, answer: (content: string) => answers.shift()?.(content) };
}

const ask = (argumentsJson: string, id = 'id-1') => ({ id, name: 'book', argumentsJson });

describe('the ledger of tools', () => {
  it('keeps what ran, with its result, and tells the outside and the model of it', async () => {
    const { ledger, record, history, clock } = open();
    const { tool, answer } = createBooking();
    history.person('A table for Monday, please.');
    const outcome = ledger.run(tool, ask('{"day":"monday"}'), context);
    await settled();
    expect(record.toolCalls()).toMatchObject([{ number: 1, name: 'book', state: 'running', result: null, request: 1 }]);
    expect(history.messages().at(-1)).toMatchObject({ role: 'tool', content: 'It is still being done.' });
    clock.advance(400);
    answer('Booked.');
    expect(await outcome).toEqual({ id: 'id-1', content: 'Booked.', endsCall: null, failed: false });
    expect(record.toolCalls()).toMatchObject([{ state: 'done', result: 'Booked.' }]);
    const [event] = record.events.filter(({ type }) => type === 'tool.called');
    expect(JSON.parse(event?.data ?? '')).toMatchObject({ number: 1, state: 'done', took_ms: 400, result: 'Booked.' });
    expect(history.messages().slice(-2)).toEqual([
      { role: 'assistant', content: '', toolCalls: [ask('{"day":"monday"}')] },
      { role: 'tool', toolCallId: 'id-1', content: 'Booked.' },
    ]);
  });

  it('answers a repeat with what came of the first, however the arguments are written', async () => {
    const { ledger, history } = open();
    const { tool, answer, runs } = createBooking();
    history.person('Book it.');
    const first = ledger.run(tool, ask('{"day":"monday","seats":2}'), context);
    const second = ledger.run(tool, ask('{ "seats": 2, "day": "monday" }', 'id-2'), context);
    answer('Booked.');
    expect([(await first).content, await second]).toEqual([
      'Booked.',
      { id: 'id-2', content: 'Booked.', endsCall: null, failed: false },
    ]);
    expect(runs).toHaveLength(1);
  });

  it.each([
    ['no JSON', 'monday', 'no JSON object'],
    ['no object', '["monday"]', 'no JSON object'],
    ['a name that is missing', '{"seats":1}', 'day'],
    ['a name too many', '{"day":"monday","call_id":"call_2"}', 'call_id'],
    ['a value that does not fit', '{"day":"monday","seats":0}', 'seats'],
    ['more than anybody would write', `{"day":"${'x'.repeat(9000)}"}`, 'longer than'],
    ['a reach for what all objects share', '{"day":"monday","__proto__":{"x":1}}', 'not allowed'],
  ])('tells the model what is wrong with %s, and runs nothing', async (_what, argumentsJson, words) => {
    const { ledger } = open();
    const { tool, runs } = createBooking();
    const outcome = await ledger.run(tool, ask(argumentsJson), context);
    expect(outcome.failed).toBe(true);
    expect(outcome.content).toContain(words);
    expect(runs).toEqual([]);
  });

  it('has the person asked first, and runs the tool only after they have answered', async () => {
    const { ledger, history, record } = open();
    const { tool, answer, runs } = createBooking({ confirm: 'the table may be booked' });
    history.person('Monday.');
    const asked = await ledger.run(tool, ask('{"day":"monday"}'), context);
    expect(asked).toMatchObject({ failed: false, content: expect.stringContaining('the table may be booked') });
    expect((await ledger.run(tool, ask('{"day":"monday"}', 'id-2'), context)).content).toBe(asked.content);
    expect(runs).toEqual([]);
    history.person('Yes, please.');
    const done = ledger.run(tool, ask('{"day":"monday"}', 'id-3'), context);
    await settled();
    answer('Booked.');
    expect((await done).content).toBe('Booked.');
    expect(record.toolCalls().map(({ state }) => state)).toEqual(['confirming', 'done']);
  });

  it('takes a no for a no, whatever the model makes of it', async () => {
    const { ledger, history } = open();
    const { tool, runs } = createBooking({ confirm: 'the table may be booked' });
    history.person('Monday.');
    await ledger.run(tool, ask('{"day":"monday"}'), context);
    history.person('Oh no, rather not.');
    const outcome = await ledger.run(tool, ask('{"day":"monday"}', 'id-2'), context);
    expect([outcome.content, runs]).toEqual(['Not done: the person said no.', []]);
  });

  it('gives up on a tool that takes too long, and lets nothing that comes later count', async () => {
    const { ledger, record, clock, history } = open();
    const { tool, answer } = createBooking({ timeoutMs: 3000 });
    history.person('Book.');
    const outcome = ledger.run(tool, ask('{"day":"monday"}'), context);
    await settled();
    clock.advance(3000);
    expect(await outcome).toMatchObject({ failed: true, content: expect.stringContaining('did not answer in time') });
    answer('Booked.');
    await settled();
    expect(record.toolCalls()).toMatchObject([{ state: 'failed' }]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('does not begin what acts on the world before that is stored', async () => {
    const { ledger, record, history, clock } = open();
    const stored = Promise.withResolvers<void>();
    record.flushed = () => stored.promise;
    history.person('Book.');
    const { tool, runs, answer } = createBooking({ actsOnWorld: true });
    const outcome = ledger.run(tool, ask('{"day":"monday"}'), context);
    await settled();
    expect(runs).toEqual([]);
    stored.resolve();
    await settled();
    expect(runs).toHaveLength(1);
    answer('Booked.');
    await outcome;
    record.flushed = () => new Promise(() => {});
    history.person('Again, for Friday.');
    const late = ledger.run(tool, ask('{"day":"friday"}', 'id-2'), context);
    await settled();
    clock.advance(8000);
    expect((await late).failed).toBe(true);
    expect(runs).toHaveLength(1);
  });

  it('goes on after the server stopped: what ran is not run again, and what was running is known to be unknown', async () => {
    const row = { call_id: 'call_1', request: 0, turn_index: 0, name: 'book', asked_at: new Date(0), ended_at: null };
    const { ledger, history } = open([
      { ...row, number: 1, id: 'id-1', arguments: '{"day":"monday"}', state: 'done', result: 'Booked.' },
      { ...row, number: 2, id: 'id-2', arguments: '{"day":"friday"}', state: 'running', result: null },
    ]);
    const { tool, runs } = createBooking();
    expect((await ledger.run(tool, ask('{ "day": "monday" }'), context)).content).toBe('Booked.');
    expect((await ledger.run(tool, ask('{"day":"friday"}', 'id-7'), context)).content).toContain('not known');
    expect(runs).toEqual([]);
    expect(history.messages()).toHaveLength(4);
  });

  it('writes no endless book of a model that will not stop', async () => {
    const { ledger, record, history } = open();
    history.person('Hello.');
    for (let round = 0; round < 400; round += 1)
      await ledger.run(null, { id: `${round}`, name: 'x', argumentsJson: `${round}` }, context);
    expect(record.toolCalls().length).toBeLessThanOrEqual(11);
    expect(record.events.length).toBeLessThanOrEqual(12);
  });
});
