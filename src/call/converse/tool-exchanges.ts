/** The tools that the assistant asked for, each at its place among what was said, as the language model is told of them. */
import type { ChatMessage, ToolCall } from '../../ports/language-model.ts';
import type { SpokenTurn } from './spoken-turn.ts';
import { isOpen } from './what-was-heard.ts';

/** A tool that the assistant asked for; what came of it is told once it is known. */
export interface ToolExchange extends ToolCall {
  content: string | null;
}

export interface ToolExchanges {
  /** Gives its place: before the turn of this index. That place is given where it was asked for before. */
  add(exchange: ToolExchange, place?: number): number;
  messagesBefore(turn: number): ChatMessage[];
}

export function createToolExchanges(turns: readonly SpokenTurn[]): ToolExchanges {
  const placed: { place: number; exchange: ToolExchange }[] = [];
  return {
    add(exchange, given) {
      const newest = turns.at(-1);
      // What is said in the same reply after the tool has run belongs to the same turn.
      const isInReply = newest?.speaker === 'assistant' && isOpen(newest);
      const place = given ?? (isInReply ? newest.index : turns.length);
      placed.push({ place, exchange });
      return place;
    },
    messagesBefore: (turn) =>
      placed.filter(({ place }) => place === turn).flatMap(({ exchange }) => toMessages(exchange)),
  };
}

function toMessages({ id, name, argumentsJson, content }: ToolExchange): ChatMessage[] {
  return [
    { role: 'assistant', content: '', toolCalls: [{ id, name, argumentsJson }] },
    { role: 'tool', toolCallId: id, content: content ?? 'It is still being done.' },
  ];
}
