/** A language model that does what the person on the line tells it to: `TOOL name {json}` calls a tool, other words are said back. */
import type { LanguageModel, ReplyPart } from '../../src/ports/language-model.ts';

export interface ObedientModel extends LanguageModel {
  /** What it was told by its tools, newest last. */
  results: string[];
}

/** `orders` gives what to do for what the person said, where that is not in the words themselves. */
export function createObedientModel(orders: (said: string) => string | null = () => null): ObedientModel {
  let asked = 0;
  const results: string[] = [];
  return {
    name: 'obedient',
    results,
    async *reply({ messages }): AsyncGenerator<ReplyPart> {
      asked += 1;
      const last = messages.at(-1);
      if (last?.role === 'tool') {
        results.push(last.content);
        return yield { type: 'text', text: `It says: ${last.content.slice(0, 200)}` };
      }
      const said = messages.findLast(({ role }) => role === 'user')?.content ?? '';
      const [, name, argumentsJson = '{}'] = /^TOOL (\S+) ?(.*)$/su.exec(orders(said) ?? said) ?? [];
      if (name === undefined) return yield { type: 'text', text: said === '' ? 'Good day.' : `You said ${said}` };
      yield { type: 'tool-call', call: { id: `obedient-${asked}`, name, argumentsJson } };
    },
  };
}
