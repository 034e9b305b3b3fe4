import { expect, it } from 'vitest';
import type { ChatMessage, LanguageModel } from '../../ports/language-model.ts';
import { sayFirst, wordsBeforeOwn } from './say-first.ts';

const model: LanguageModel = {
  name: 'test',
  async *reply() {
    yield { type: 'text', text: 'Hello.' };
  },
};

async function saidTo(messages: ChatMessage[], words: string | null): Promise<string> {
  let said = '';
  const signal = new AbortController().signal;
  for await (const part of sayFirst(model, words).reply({ messages, tools: [], signal })) {
    if (part.type === 'text') said += part.text;
  }
  return said;
}

const system: ChatMessage = { role: 'system', content: 'Be kind.' };

it('what must be told comes before the first words, and before no others', async () => {
  expect(await saidTo([system], 'I am an AI.')).toBe('I am an AI. Hello.');
  expect(await saidTo([system, { role: 'user', content: 'Yes?' }], 'I am an AI.')).toBe('I am an AI. Hello.');
  expect(await saidTo([system, { role: 'assistant', content: 'I am' }], 'I am an AI.')).toBe('Hello.');
  expect(await saidTo([system], null)).toBe('Hello.');
});

it('a greeting holds it already', () => {
  const assistant = { disclosure: ' I am an AI. ' };
  expect(wordsBeforeOwn({ welcome_message: null, assistant })).toBe('I am an AI.');
  expect(wordsBeforeOwn({ welcome_message: 'I am an AI. Hello.', assistant })).toBeNull();
  expect(wordsBeforeOwn({ welcome_message: null, assistant: { disclosure: null } })).toBeNull();
});
