import { describe, expect, it } from 'vitest';
import { defaultAssistant } from '../assistant/assistant.ts';
import type { CallRow } from '../store/calls.ts';
import { briefingOf, findTarget, type Transfer, takesIt, wordsOfReturn } from './transfer.ts';

const target = { name: 'Boss', number: '+12125550150', description: null, mode: 'warm', ring_seconds: 20 } as const;
const assistant = {
  ...defaultAssistant,
  tools: ['hang_up', { type: 'transfer', targets: [target], nobody_phrase: null }] as const,
};
const transfer: Transfer = {
  ...{ target: 'Boss', number: target.number, mode: 'warm', ring_seconds: 20, briefing: 'Ann asks for you.' },
  ...{ by: 'assistant', state: 'failed', reason: 'busy', asked_at: '2026-11-28T12:00:00.000Z', connected_at: null },
  ...{ ended_at: '2026-11-28T12:00:20.000Z', leg_seconds: null, leg_sid: null },
};
const callOf = (changes: Partial<Transfer> = {}, more: object = {}) =>
  ({ assistant: { ...assistant, ...more }, transfer: { ...transfer, ...changes } }) as unknown as CallRow;

describe('a transfer', () => {
  it('goes to nobody but those on the list, by their names', () => {
    expect(findTarget(assistant, 'Boss')).toEqual(target);
    expect(findTarget(assistant, target.number)).toBeNull();
    expect(findTarget({ tools: ['hang_up'] }, 'Boss')).toBeNull();
  });

  it.each([
    ['1', '', true],
    ['2', 'yes', false],
    ['', 'Yes, put them through.', true],
    ['', 'Okay', true],
    ['', 'Sí, pásemelo.', true],
    ['', 'Ja, später.', false],
    ['', 'Si\u0301.', true],
    ['', 'Jagdschein', false],
    ['', "I'm not sure", false],
    ['', 'No, that is not ok', false],
    ['', 'I can’t, sure not', false],
    ['', 'Who is this?', false],
    ['', '', false],
  ])('is taken by the key 1 or a plain yes alone: %j %j', (keys, words, taken) => {
    expect(takesIt({ keys, words })).toBe(taken);
  });

  it('tells the colleague who calls and why', () => {
    expect(briefingOf(callOf(), transfer)).toContain('Ann asks for you.');
  });

  it('is regretted once, when the person is back, in the language of the call', () => {
    const before = [{ started_at: new Date('2026-11-28T12:00:01Z') }];
    expect(wordsOfReturn(callOf(), before)).toContain('nobody can take your call');
    expect(wordsOfReturn(callOf({}, { language: 'de-DE' }), before)).toContain('niemand');
    expect(wordsOfReturn(callOf({ state: 'connected' }), before)).toBeNull();
    const after = [...before, { started_at: new Date('2026-11-28T12:00:21Z') }];
    expect(wordsOfReturn(callOf(), after)).toBeNull();
  });
});
