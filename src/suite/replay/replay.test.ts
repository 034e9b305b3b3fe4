import { describe, expect, it } from 'vitest';
import type { CallWithTurns } from '../../api/contract/calls.ts';
import { compareCalls } from './compare-calls.ts';
import { toReplayLines } from './replay-report.ts';
import { toReplayedPerson } from './to-replayed-person.ts';

type Said = [
  by: 'person' | 'assistant' | 'operator',
  text: string,
  more?: { heard?: string; startsS?: number; endsS?: number },
];

function callOf(said: Said[], more: object = {}): CallWithTurns {
  const at = (seconds: number) => new Date(Date.UTC(2026, 0, 5, 15, 0, seconds)).toISOString();
  const turns = said.map(([speaker, text, { heard, startsS, endsS } = {}], index) => ({
    ...{ index, speaker, text, heard_text: heard ?? text, interrupted: heard !== undefined },
    ...{ started_at: at(startsS ?? index * 2), ended_at: at(endsS ?? index * 2 + 1) },
  }));
  const facts = { id: 'call_1', status: 'completed', outcome: 'talked', ended_by: 'person', ended_reason: 'x' };
  return { ...facts, turns, tool_calls: [], ...more } as unknown as CallWithTurns;
}

describe('the person of a call', () => {
  it('says, presses and interrupts again as they did, keeps silent as long, and hangs up', () => {
    const call = callOf([
      ['assistant', 'Good day.'],
      ['person', 'Hello?'],
      ['assistant', 'I call about a great many things.', { heard: 'I call about' }],
      ['person', 'What?'],
      ['assistant', 'Press one.'],
      ['person', '[pressed 1#]'],
      ['assistant', 'Thank you.', { startsS: 20, endsS: 21 }],
      ['assistant', 'Are you there?', { startsS: 29, endsS: 30 }],
      ['person', 'Yes.', { startsS: 31 }],
      ['assistant', 'Fine.', { startsS: 33, endsS: 34 }],
      ['assistant', 'Goodbye.', { startsS: 34 }],
    ]);
    expect(toReplayedPerson(call).steps).toEqual([
      ...[{ type: 'listens' }, { type: 'says', text: 'Hello?' }],
      { type: 'interrupts', afterWords: 3, text: 'What?' },
      ...[{ type: 'listens' }, { type: 'presses', digits: '1#' }, { type: 'listens' }],
      ...[{ type: 'waits', ms: 8000 }, { type: 'listens' }, { type: 'says', text: 'Yes.' }],
      ...[{ type: 'listens' }, { type: 'hangs-up', afterWords: 0 }],
    ]);
    expect(toReplayedPerson({ ...call, ended_by: 'assistant' }).steps.at(-1)).toEqual({ type: 'listens' });
  });
});

it('an operator who spoke in a call is heard by its person and is no part of what its assistant said', () => {
  const call = callOf([
    ['assistant', 'Good day.'],
    ['operator', 'I am a colleague.'],
    ['person', 'Hello?'],
    ['operator', 'Ten dollars.'],
    ['person', 'Bye.'],
  ]);
  expect(toReplayedPerson(call).steps).toEqual([
    ...[{ type: 'listens' }, { type: 'says', text: 'Hello?' }, { type: 'listens' }, { type: 'says', text: 'Bye.' }],
    { type: 'hangs-up', afterWords: 0 },
  ]);
  const words = compareCalls(call, call).steps.map(({ person, before }) => [person, before?.words]);
  expect(words).toEqual([
    [null, ['Good day.']],
    ['Hello?', []],
    ['Bye.', []],
  ]);
});

const tool = (name: string, turnIndex: number) => ({ name, arguments: '{}', turn_index: turnIndex });

describe('a call and its replay', () => {
  const before = callOf(
    [
      ['assistant', 'Good day.'],
      ['person', 'How much?'],
      ['assistant', 'Ten dollars.'],
      ['person', 'Bye.'],
    ],
    { tool_calls: [tool('hang_up', 4)] },
  );

  it('that are the same are told once', () => {
    const after = callOf(
      [
        ['assistant', 'Good day'],
        ['person', 'how much'],
        ['assistant', 'Ten dollars.'],
        ['person', 'Bye.'],
      ],
      { tool_calls: [tool('hang_up', 4)] },
    );
    const comparison = compareCalls(before, after);
    expect(comparison).toMatchObject({ divergedAt: null });
    expect(toReplayLines(comparison)).toEqual([
      ...['= assistant  Good day.', '  person     How much?', '= assistant  Ten dollars.'],
      ...['  person     Bye.', '= tool       hang_up({})', ''],
      ...['= status: completed', '= outcome: talked', '= ended_by: person', '= ended_reason: x', ''],
      '3 of 3 answers are the same.',
    ]);
  });

  it('that part are told from both sides, and that the person no longer answers what was said', () => {
    const after = callOf(
      [
        ['assistant', 'Good day.'],
        ['person', 'How much?'],
        ['assistant', 'I cannot say. Goodbye.'],
      ],
      {
        outcome: 'no_conversation',
        tool_calls: [tool('hang_up', 2)],
      },
    );
    const comparison = compareCalls(before, after);
    expect(comparison.divergedAt).toBe(1);
    expect(toReplayLines(comparison)).toEqual([
      ...['= assistant  Good day.', '  person     How much?', '- assistant  Ten dollars.'],
      ...['+ assistant  I cannot say. Goodbye.', '+ tool       hang_up({})'],
      '! From here on the person answers what was said in the call before, not what was said now.',
      ...['  person     Bye.', '- tool       hang_up({})', '+ (the call did not come so far)', ''],
      ...['= status: completed', '- outcome: talked\n+ outcome: no_conversation'],
      ...['= ended_by: person', '= ended_reason: x', ''],
      '1 of 3 answers are the same; the first that differs is number 2.',
    ]);
  });

  it('in which one hears more turns than the other are laid side by side all the same', () => {
    const after = callOf([
      ...([
        ['assistant', 'Good day.'],
        ['person', 'Hello?'],
        ['assistant', 'Yes?'],
        ['person', 'How much?'],
      ] as Said[]),
      ...([
        ['assistant', 'Ten dollars.'],
        ['person', 'Bye.'],
      ] as Said[]),
    ]);
    const { steps } = compareCalls(before, after);
    expect(steps.map(({ person, before: one, after: two }) => [person, one !== null, two !== null])).toEqual([
      [null, true, true],
      ['Hello?', false, true],
      ['How much?', true, true],
      ['Bye.', true, true],
    ]);
  });
});
