/** A language model whose first words of a conversation stand behind those that the person must be told. */
import type { LanguageModel } from '../../ports/language-model.ts';

/** @param words null: there is nothing to be told, or it is in the greeting already */
export function sayFirst(model: LanguageModel, words: string | null): LanguageModel {
  if (words === null) return model;
  return {
    name: model.name,
    async *reply(request) {
      const isFirst = !request.messages.some(({ role }) => role === 'assistant');
      if (isFirst) yield { type: 'text', text: `${words} ` };
      yield* model.reply(request);
    },
  };
}

/** An assistant that finds its own first words has no greeting that could hold them. */
export function wordsBeforeOwn(call: { welcome_message: string | null; assistant: unknown }): string | null {
  const { disclosure } = call.assistant as { disclosure?: string | null };
  return call.welcome_message === null && disclosure?.trim() ? disclosure.trim() : null;
}
