import { expect, it } from 'vitest';
import type { ChatMessage } from '../../../ports/language-model.ts';
import { decide } from '../decide.ts';
import { questions } from '../phrases.ts';

const nowMs = Date.UTC(2026, 5, 1, 15);
const withTool = new Set(['hang_up', 'schedule_call_back']);
const said = (content: string): ChatMessage => ({ role: 'user', content });
const spoke = (content: string): ChatMessage => ({ role: 'assistant', content });
const hello = spoke('Hello, this is an automated assistant. How can I help you?');
const think = (history: ChatMessage[], tools: ReadonlySet<string> = withTool) =>
  decide({ facts: new Map(), purpose: null, nowMs, tools }, history);

it.each([
  ['Call me back at 5, please.', '17:00'],
  ['Can you try me tomorrow at 10:30?', 'tomorrow 10:30'],
  ["I'm driving, call me in an hour.", '2026-06-01T16:00:00.000Z'],
])('a person who says %j is called back at %s', (words, callBackAt) => {
  expect(think([hello, said(words)])).toEqual({ text: '', callBackAt });
});

it('asks for the time where none was named, and lets go whoever names none then', () => {
  const asks = think([hello, said('Call me later.')]);
  expect(asks).toEqual({ text: questions.callBackAt });
  const asked = [hello, said('Call me later.'), spoke(asks.text)];
  expect(think([...asked, said('Five pm.')])).toEqual({ text: '', callBackAt: '17:00' });
  expect(think([...asked, said('Whatever.')])).toMatchObject({ hangUp: 'not a good time' });
});

it('promises nothing that it has no tool for', () => {
  expect(think([hello, said('Call me back at 5.')], new Set(['hang_up']))).toMatchObject({ hangUp: 'not a good time' });
});

it('says what the tool says', () => {
  const toolCalls = [{ id: 'a', name: 'schedule_call_back', argumentsJson: '{"time":"17:00"}' }];
  const asked: ChatMessage[] = [hello, said('Call me back at 5.'), { role: 'assistant', content: '', toolCalls }];
  const answered = (content: string): ChatMessage[] => [...asked, { role: 'tool', toolCallId: 'a', content }];
  const done = 'Scheduled: the person is called back on Monday 2026-06-01 at 17:00 (America/New_York).';
  expect(think(answered(done))).toEqual({
    text: 'All right, I will call you back at 5 PM. Goodbye.',
    hangUp: 'call back',
  });
  expect(think(answered('Not done: that time has passed.')).text).toBe(
    `I can't call you then. ${questions.callBackAt}`,
  );
});
