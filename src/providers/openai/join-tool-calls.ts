/** Tool calls come in fragments, several calls interleaved by index; nothing is a call until the model is done. */
import type { ToolCall } from '../../ports/language-model.ts';
import { LanguageModelFailed } from '../../ports/language-model.ts';
import type { ToolCallFragment } from './wire.ts';

/** More calls than this in one reply are a runaway model. */
const maxCalls = 32;

export interface ToolCallJoiner {
  /** @throws LanguageModelFailed `llm/broken-stream` when there are too many calls */
  add(fragment: ToolCallFragment): void;
  /** The whole calls, in the model's order. @throws LanguageModelFailed `llm/broken-stream` when one has no name */
  finish(replyId: string): ToolCall[];
}

export function createToolCallJoiner(): ToolCallJoiner {
  const calls = new Map<number, { id: string; name: string; pieces: string[] }>();
  let lastIndex = -1;
  return {
    add(fragment) {
      // Some servers leave the index out: an id then begins a call, anything else continues the last one.
      const index = fragment.index ?? (fragment.id || lastIndex < 0 ? lastIndex + 1 : lastIndex);
      lastIndex = index;
      const call = calls.get(index) ?? { id: '', name: '', pieces: [] };
      if (!calls.has(index) && calls.size >= maxCalls) {
        throw new LanguageModelFailed('llm/broken-stream', 'The model asked for too many tool calls at once.', false);
      }
      calls.set(index, call);
      call.id ||= fragment.id ?? '';
      call.name ||= fragment.function?.name ?? '';
      if (fragment.function?.arguments) call.pieces.push(fragment.function.arguments);
    },
    finish(replyId) {
      const inOrder = [...calls.entries()].sort(([left], [right]) => left - right);
      return inOrder.map(([index, call]) => {
        if (call.name === '') {
          throw new LanguageModelFailed('llm/broken-stream', 'The model sent a tool call without a name.', true);
        }
        return { id: call.id || `${replyId}-${index}`, name: call.name, argumentsJson: call.pieces.join('') };
      });
    },
  };
}
