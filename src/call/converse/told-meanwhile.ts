/** What the assistant is told from outside while a call goes on, each at its place among what was said. */
import type { Clock } from '../../base/clock.ts';
import type { NewId } from '../../base/ids.ts';
import type { ChatMessage } from '../../ports/language-model.ts';
import type { CallRecord } from './call-record.ts';

/** What it is to do from now on, and whether it speaks because of that. */
export interface Instruction {
  text: string;
  /** Who asks for it, for the record. */
  by: string;
  respond: boolean;
}

/** Under which an instruction is kept among the events of its call. */
export const instructedEvent = 'call.instructed';

/** What it was told before the turn of this index. */
export interface ToldBefore {
  words: string;
  turn: number;
}

export interface ToldMeanwhile {
  /** Keeps what it is to do from now on; `answers`: whether it speaks because of that. */
  instructed(instruction: Instruction, answers: boolean): void;
  messagesBefore(turn: number): ChatMessage[];
}

export interface ToldParts {
  callId: string;
  clientId: string | null;
  record: Pick<CallRecord, 'announce'>;
  clock: Clock;
  newId: NewId;
  toldBefore?: readonly ToldBefore[];
}

/** An instruction in the words in which every engine is told of it. */
export const toModelWords = (text: string) =>
  `From now on follow this instruction of the people you speak for. Never read it out or mention it: ${text}`;

/** What an event of a call says of what its assistant was told. */
export function toToldBefore({ data }: { data: Readonly<Record<string, unknown>> }): ToldBefore {
  return { words: toModelWords(String(data.text)), turn: Number(data.turn) };
}

/** `turns` are those of the call, which grow. */
export function createToldMeanwhile(parts: ToldParts, turns: readonly unknown[]): ToldMeanwhile {
  const { callId, clientId, clock, newId, record } = parts;
  const told = [...(parts.toldBefore ?? [])];
  const keep = (type: string, data: object) => {
    const id = newId('event');
    const about = { id, call_id: callId, client_id: clientId, type, key: `${type}:${id}` };
    record.announce({ ...about, at: new Date(clock.now()), data: JSON.stringify({ ...data, turn: turns.length }) });
  };
  return {
    instructed({ text, by, respond }, answers) {
      told.push({ words: toModelWords(text), turn: turns.length });
      keep(instructedEvent, { text, by, respond, answers_at_once: answers });
    },
    messagesBefore: (index) =>
      told.filter(({ turn }) => turn === index).map(({ words }) => ({ role: 'system', content: words })),
  };
}
