import { describe, expect, it } from 'vitest';
import type { CallWithTurns } from '../api/contract/calls.ts';
import { checkCall } from './check-call.ts';
import type { Expectation } from './suite-schema.ts';

const turn = (index: number, speaker: 'person' | 'assistant', text: string) => ({
  ...{
    index,
    speaker,
    text,
    heard_text: text,
    interrupted: false,
    reply_ms: speaker === 'assistant' ? index * 100 : null,
  },
});

const call = {
  ...{ status: 'completed', outcome: 'talked', ended_by: 'person', ended_reason: 'person_hung_up' },
  ...{ answered_by: 'person', voicemail_message: null },
  turns: [
    turn(0, 'assistant', 'Hello Sarah, this is the clinic’s assistant.'),
    turn(1, 'person', 'Who is this?'),
    { ...turn(2, 'assistant', 'I call about Tuesday. Do you come?'), heard_text: 'I call about', interrupted: true },
    turn(3, 'person', 'Yes.'),
  ],
  tool_calls: [
    { name: 'book', arguments: '{"day":"Tuesday","hour":10,"note":{"by":"Sarah"}}', state: 'done', turn_index: 3 },
    { name: 'book', arguments: 'no json', state: 'refused', turn_index: 3 },
  ],
  analysis: {
    source: 'model',
    success: true,
    data: { pays_on: { value: 'on Monday', turn: 3 }, sum: { value: 3, turn: 1 } },
  },
  latency: { reply_ms: { count: 2, p50: 100, p95: 200 } },
} as unknown as CallWithTurns;

const differences = (expected: Expectation) =>
  checkCall(expected, call).map(({ check, found }) => `${check}: ${found}`);

describe('a call that is over', () => {
  it.each([
    [{ status: ['completed'], outcome: ['no_answer', 'talked'], ended_by: ['person'] }],
    [{ said: ["clinic's ASSISTANT", '/hello sarah/i', 'call about'], not_said: ['Wednesday', '/^who/i'] }],
    [{ person_said: ['who is'], person_not_said: ['clinic'] }],
    [{ tools: [{ name: 'book' }, { name: 'book', times: 2 }, { name: 'book', state: 'refused' }] as never }],
    [{ tools: [{ name: 'book', arguments: { day: '/^tues/i', note: { by: 'Sarah' } }, times: 1 }] as never }],
    [{ tools: [{ name: 'buy', times: 0 }] as never, tools_not_called: ['sell'] }],
    [{ data: { pays_on: '/monday/i', sum: 3 }, success: true }],
    [{ reply_ms: { p50: 100, p95: 200, longest: 200 }, turns: { at_least: 4, at_most: 4 } }],
  ] satisfies [Expectation][])('is as it should be: %j', (expected) => {
    expect(differences(expected)).toEqual([]);
  });

  it.each([
    [{ outcome: ['busy'] }, ['outcome: talked']],
    [{ voicemail_message: ['left'] }, ['voicemail_message: nothing']],
    [{ said: ['Wednesday'] }, ['said: nothing like it in 2 turns of the assistant']],
    [{ said: ['Do you come'] }, ['said: turn 2 was to say it and was cut off: "I call about"']],
    [{ not_said: ['/clinic/'] }, ['not_said: "Hello Sarah, this is the clinic’s assistant."']],
    [{ person_not_said: ['yes'] }, ['person_not_said: "Yes."']],
    [
      { tools: [{ name: 'book', arguments: { day: 'Monday' } }] as never },
      ['tools: book({"day":"Tuesday","hour":10,"note":{"by":"Sarah"}}), done; book(no json), refused'],
    ],
    [{ tools: [{ name: 'book', times: 1 }] as never }, [expect.stringMatching(/^tools: book/)]],
    [{ tools_not_called: ['book'] }, [expect.stringMatching(/^tools_not_called/), expect.anything()]],
    [{ data: { pays_on: 'Monday', who: 'me' } }, ['data.pays_on: "on Monday"', 'data.who: null']],
    [{ success: false }, ['success: true']],
    [{ reply_ms: { p50: 99, longest: 199 } }, ['reply_ms.p50: 100', 'reply_ms.longest: 200']],
    [{ turns: { at_least: 5 } }, ['turns: 4']],
  ] satisfies [Expectation, unknown[]][])('differs from %j, and it is told how', (expected, found) => {
    expect(differences(expected)).toEqual(found);
  });

  it('that nobody spoke in has no time of reply to be proud of', () => {
    const silent = { ...call, turns: [], latency: { reply_ms: { count: 0, p50: null, p95: null } } } as never;
    expect(checkCall({ reply_ms: { p50: 100 } }, silent)).toEqual([
      { check: 'reply_ms.p50', expected: 'at most 100', found: 'no reply' },
    ]);
  });
});
