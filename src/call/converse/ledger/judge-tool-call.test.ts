import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Judged, judgeToolCall, type LedgerEntry, type ToolCallState } from './judge-tool-call.ts';

const limits = { perRequest: 3, perCall: 6 };
const tool = { mostPerCall: 2, confirm: false };
const asked = { request: 2, id: 'id-9', name: 'book', argumentsKey: '{"day":"monday"}' };

const entry = (changes: Partial<LedgerEntry> = {}): LedgerEntry => ({
  ...{ number: 1, request: 1, id: 'id-1', name: 'book', argumentsKey: asked.argumentsKey, state: 'done' },
  ...changes,
});
const judge = (entries: LedgerEntry[], changes: Partial<Judged> = {}) =>
  judgeToolCall({ entries, asked, tool, personDeclines: false, argumentsAreGood: true, limits, ...changes });

describe('a tool that is asked for', () => {
  it.each<[string, LedgerEntry[], Partial<Judged>, unknown]>([
    ['for the first time is run', [], {}, { type: 'run' }],
    ['again in a later turn is run', [entry()], {}, { type: 'run' }],
    ['twice in a turn is run once', [entry({ request: 2 })], {}, { type: 'repeat', of: 1 }],
    ['again by the same id is not run again', [entry({ id: 'id-9' })], {}, { type: 'repeat', of: 1 }],
    ['by a used id for something else is run', [entry({ id: 'id-9', argumentsKey: '{}' })], {}, { type: 'run' }],
    ['while it still runs is waited for', [entry({ state: 'running' })], {}, { type: 'repeat', of: 1 }],
    ['after it failed in an earlier turn is run', [entry({ state: 'failed' })], {}, { type: 'run' }],
    ['but does not exist is refused', [], { tool: null }, { type: 'refuse', why: 'unknown-tool' }],
    ['with wrong arguments is refused', [], { argumentsAreGood: false }, { type: 'refuse', why: 'bad-arguments' }],
    [
      'oftener than it may be used is refused',
      [entry({ argumentsKey: '1' }), entry({ number: 2, argumentsKey: '2', state: 'failed' })],
      ...([{}, { type: 'refuse', why: 'used-up' }] as const),
    ],
  ])('%s', (_what, ...[entries, changes, verdict]) => {
    expect(judge(entries, changes)).toEqual(verdict);
  });

  it('is refused in a loop, in one turn and over the whole call', () => {
    const inTurn = [1, 2, 3].map((number) => entry({ number, request: 2, name: `tool-${number}` }));
    expect(judge(inTurn)).toEqual({ type: 'refuse', why: 'too-many' });
    const inCall = [1, 2, 3, 4, 5, 6].map((number) => entry({ number, request: 0, name: `tool-${number}` }));
    expect(judge(inCall)).toEqual({ type: 'refuse', why: 'too-many' });
  });
});

describe('a tool that the person has to confirm', () => {
  const confirm = { tool: { mostPerCall: 2, confirm: true } };
  const question = (request: number) => entry({ request, state: 'confirming' });

  it.each<[string, LedgerEntry[], Partial<Judged>, unknown]>([
    ['is not run before they were asked', [], {}, { type: 'ask-person' }],
    ['is run when they have answered', [question(1)], {}, { type: 'run' }],
    ['is not run when the assistant answers itself', [question(2)], {}, { type: 'repeat', of: 1 }],
    ['is not run when they said no', [question(1)], { personDeclines: true }, { type: 'refuse', why: 'declined' }],
    ['is asked for anew when they have talked of other things since', [question(0)], {}, { type: 'ask-person' }],
    [
      'is asked for anew when it is to be something else',
      [entry({ argumentsKey: '{"day":"friday"}', request: 1, state: 'confirming' })],
      ...([{}, { type: 'ask-person' }] as const),
    ],
  ])('%s', (_what, ...[entries, changes, verdict]) => {
    expect(judge(entries, { ...confirm, ...changes })).toEqual(verdict);
  });
});

it('whatever is asked for, in whatever order: never run unconfirmed, oftener than allowed, or without end', () => {
  const requests = fc.array(
    fc.record({
      personSpeaks: fc.boolean(),
      declines: fc.boolean(),
      id: fc.constantFrom('a', 'b'),
      argumentsKey: fc.constantFrom('1', '2'),
      name: fc.constantFrom('free', 'confirmed', 'unknown'),
      endState: fc.constantFrom<ToolCallState>('done', 'failed', 'running'),
    }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(requests, (steps) => {
      const entries: LedgerEntry[] = [];
      let request = 0;
      let runs = 0;
      for (const { personSpeaks, declines, endState, ...call } of steps) {
        if (personSpeaks) request += 1;
        const rules = { free: { mostPerCall: 3, confirm: false }, confirmed: { mostPerCall: 3, confirm: true } };
        const known = call.name === 'unknown' ? null : rules[call.name as 'free' | 'confirmed'];
        const verdict = judgeToolCall({
          ...{ entries, asked: { ...call, request }, tool: known, limits },
          ...{ personDeclines: declines, argumentsAreGood: true },
        });
        const note = (state: ToolCallState) => entries.push({ ...call, request, number: entries.length + 1, state });
        if (verdict.type === 'ask-person') note('confirming');
        if (verdict.type === 'refuse' && verdict.why !== 'too-many') note('refused');
        if (verdict.type !== 'run') continue;
        runs += 1;
        expect(call.name).not.toBe('unknown');
        if (call.name === 'confirmed') {
          expect(declines).toBe(false);
          const question = (other: LedgerEntry) => other.state === 'confirming' && other.request === request - 1;
          expect(entries.some((other) => question(other) && other.argumentsKey === call.argumentsKey)).toBe(true);
        }
        note(endState);
      }
      expect(runs).toBeLessThanOrEqual(6);
      expect(entries.length).toBeLessThanOrEqual(limits.perCall);
    }),
  );
});
