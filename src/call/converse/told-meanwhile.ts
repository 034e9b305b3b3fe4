/** What the assistant is told from outside while a call goes on, each at its place among what was said. */
import type { Clock } from '../../base/clock.ts';
import type { NewId } from '../../base/ids.ts';
import type { ChatMessage } from '../../ports/language-model.ts';
import type { CallRecord } from './call-record.ts';
import { type SpokenTurn, toMessage } from './spoken-turn.ts';

/** What it is to do from now on, and whether it speaks because of that. */
export interface Instruction {
  text: string;
  /** Who asks for it, for the record. */
  by: string;
  respond: boolean;
}

/** Under which an instruction is kept among the events of its call. */
export const instructedEvent = 'call.instructed';

/** Under which it is kept that a person speaks in the place of the assistant, and that the assistant does again. */
export const takenOverEvent = 'call.taken_over';
export const handedBackEvent = 'call.handed_back';

/** What it was told before the turn of this index. */
export interface ToldBefore {
  words: string;
  turn: number;
}

export interface ToldMeanwhile {
  /** Keeps what it is to do from now on; `answers`: whether it speaks because of that. */
  instructed(instruction: Instruction, answers: boolean): void;
  /** Keeps that a person speaks in its place; it is told of that when it has the call back. */
  takenOver(by: string): void;
  handedBack(by: string): void;
  /** What an assistant is told that has the person back and does not know what was said meanwhile. */
  handedBackWords(): string;
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

/** What the assistant is told when it has the person back. */
export const handedBackWords = [
  'A human colleague has just spoken with the person in your place, and gives the call back to you.',
  'You are told what the colleague said as far as it was understood: stand by it.',
  'Do not greet again and do not repeat what was said:',
  'go on from what was said meanwhile, or ask how else you can help.',
].join(' ');

/** What an event of a call says of what its assistant was told. */
export function toToldBefore(event: { type: string; data: Readonly<Record<string, unknown>> }): ToldBefore {
  const words = event.type === handedBackEvent ? handedBackWords : toModelWords(String(event.data.text));
  return { words, turn: Number(event.data.turn) };
}

/** `turns` are those of the call, which grow. */
export function createToldMeanwhile(parts: ToldParts, turns: readonly SpokenTurn[]): ToldMeanwhile {
  const { callId, clientId, clock, newId, record } = parts;
  const told = [...(parts.toldBefore ?? [])];
  /** The turn before which the call was taken over last. */
  let takenOverAt = turns.length;
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
    takenOver(by) {
      takenOverAt = turns.length;
      keep(takenOverEvent, { by });
    },
    handedBack(by) {
      told.push({ words: handedBackWords, turn: turns.length });
      keep(handedBackEvent, { by });
    },
    handedBackWords() {
      const said = turns.slice(takenOverAt).filter(({ speaker }) => speaker === 'operator');
      return [handedBackWords, ...said.flatMap(toMessage).map(({ content }) => content)].join(' ');
    },
    messagesBefore: (index) =>
      told.filter(({ turn }) => turn === index).map(({ words }) => ({ role: 'system', content: words })),
  };
}
