import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnalysisWishes, AnalyzedTurn } from './analysis.ts';
import { readAnswer } from './read-answer.ts';

const wishes: AnalysisWishes = {
  schema: {
    type: 'object',
    properties: { pays_on: { type: 'string' }, amount: { type: 'integer', minimum: 1 } },
  },
  successCriteria: 'The person says when they will pay.',
  language: 'en-US',
};
const turns: AnalyzedTurn[] = [
  { index: 0, speaker: 'assistant', text: 'When will you pay?' },
  { index: 1, speaker: 'person', text: 'I will pay 250 dollars on Friday.' },
];
const answer = (changes: object = {}) =>
  JSON.stringify({
    ...{ summary: 'They pay on Friday.', success: true, success_reason: 'Said so.', sentiment: 'neutral' },
    next_step: null,
    data: {
      pays_on: { value: 'Friday', turn: 1, quote: 'on Friday' },
      amount: { value: 250, turn: 1, quote: '250 dollars' },
    },
    ...changes,
  });
const dataOf = (data: object) => {
  const read = readAnswer(answer({ data }), wishes, turns);
  return read.ok ? [read.answer.data, read.faults.length] : read.fault;
};
const nothing = { value: null, turn: null };

describe('an answer about a call', () => {
  it('is read, whatever stands around the object', () => {
    for (const text of [answer(), `Here it is:\n\`\`\`json\n${answer()}\n\`\`\``]) {
      expect(readAnswer(text, wishes, turns)).toMatchObject({
        ok: true,
        answer: { success: true, data: { pays_on: { value: 'Friday', turn: 1 }, amount: { value: 250, turn: 1 } } },
      });
    }
  });

  it.each([
    ['says no words of the call', { pays_on: { value: 'Monday', turn: 1, quote: 'on Monday' } }],
    ['names a turn that there is not', { pays_on: { value: 'Friday', turn: 9, quote: 'on Friday' } }],
    ['names no turn', { pays_on: { value: 'Friday', quote: 'on Friday' } }],
    ['quotes nothing', { pays_on: { value: 'Friday', turn: 1, quote: ' … ' } }],
    ['quotes half a word', { pays_on: { value: 'Fri', turn: 1, quote: 'on Fri' } }],
    ['is not asked for', { card: { value: 'x', turn: 1, quote: 'on Friday' } }],
    ['is no value', { pays_on: null }],
  ])('has no value that %s', (...[, data]) => {
    expect(dataOf(data)).toEqual([{ pays_on: nothing, amount: nothing }, 0]);
  });

  it('is at fault for a value that does not fit its schema, and goes without it', () => {
    const amount = { value: 'much', turn: 1, quote: '250 dollars' };
    expect(dataOf({ amount })).toEqual([{ pays_on: nothing, amount: nothing }, 1]);
  });

  it('knows of no success where there are no criteria, and of no data where there is no schema', () => {
    const read = readAnswer(answer(), { ...wishes, schema: null, successCriteria: null }, turns);
    expect(read).toMatchObject({ ok: true, answer: { success: null, success_reason: null, data: null } });
  });

  it('that is none is refused with what is wrong', () => {
    expect(readAnswer('I cannot do that.', wishes, turns)).toEqual({
      ok: false,
      fault: 'The answer is not one JSON object.',
    });
    expect(readAnswer(answer({ sentiment: 'angry' }), wishes, turns)).toMatchObject({
      ok: false,
      fault: expect.stringContaining('sentiment'),
    });
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => typeof readAnswer(text, wishes, turns).ok === 'boolean'),
    );
    fc.assert(
      fc.property(
        fc.jsonValue(),
        (data) => typeof readAnswer(answer({ data: { pays_on: data } }), wishes, turns).ok === 'boolean',
      ),
    );
    const broken = { ...wishes, schema: { properties: { pays_on: { type: 'nonsense', $ref: '#/nowhere' } } } };
    expect(readAnswer(answer(), broken, turns)).toMatchObject({ ok: true, answer: { data: { pays_on: nothing } } });
  });
});
