/** One turn of a conversation as it is kept in memory, and what it looks like to the store, the outside and the model. */
import type { ChatMessage } from '../../ports/language-model.ts';
import type { TurnRow } from '../../store/turns.ts';
import type { TurnLatency } from './turn-latency.ts';

/** An operator speaks in the place of the assistant, in a call that they have taken over. */
export type Speaker = 'person' | 'assistant' | 'operator';

/** The text of a turn in which an operator said what no recognizer has understood. */
export const unknownWords = '[spoke; the words are not known]';

export const isUnknown = (turn: Pick<SpokenTurn, 'speaker' | 'text'> | undefined) =>
  turn?.speaker === 'operator' && turn.text === unknownWords;

export interface SpokenTurn {
  index: number;
  speaker: Speaker;
  utterance: number | null;
  text: string;
  /** What the carrier reported as played. */
  played: string;
  /** Up to where in `text` that reaches. */
  cursor: number;
  heardText: string | null;
  heardSource: 'said' | 'confirmed' | 'estimated' | 'unknown';
  interrupted: boolean;
  startedAtMs: number;
  endedAtMs: number | null;
  replyMs: number | null;
  latency: TurnLatency | null;
  /** Cut off by us, so that words already on the carrier's side may still be played. */
  settling: boolean;
}

type Beginning = Pick<SpokenTurn, 'index' | 'speaker' | 'text' | 'utterance' | 'replyMs' | 'startedAtMs'>;

export function newTurn(beginning: Beginning): SpokenTurn {
  return {
    ...beginning,
    played: '',
    cursor: 0,
    heardText: null,
    heardSource: 'unknown',
    interrupted: false,
    endedAtMs: null,
    latency: null,
    settling: false,
  };
}

/** How the assistant is told what an operator said: as the word of somebody else, so that it does not take it for its own. */
const toColleagueWords = (text: string) => `A human colleague said to the person in your place: “${text}”`;

export function toMessage(turn: SpokenTurn): ChatMessage[] {
  const content = turn.speaker === 'person' ? turn.text : (turn.heardText ?? '');
  if (content === '' || isUnknown(turn)) return [];
  if (turn.speaker === 'operator') return [{ role: 'system', content: toColleagueWords(content) }];
  return [{ role: turn.speaker === 'person' ? 'user' : 'assistant', content }];
}

export function toEventData(turn: SpokenTurn, type: 'turn.started' | 'turn.completed') {
  const { index, speaker, text, interrupted, replyMs } = turn;
  if (type === 'turn.started') return { index, speaker, text, reply_ms: replyMs };
  return {
    index,
    speaker,
    text,
    heard_text: turn.heardText,
    heard_source: turn.heardSource,
    interrupted,
    reply_ms: replyMs,
    latency: turn.latency,
  };
}

export function toRow(callId: string, turn: SpokenTurn) {
  return {
    call_id: callId,
    index: turn.index,
    speaker: turn.speaker,
    text: turn.text,
    heard_text: turn.heardText,
    heard_source: turn.heardSource,
    interrupted: turn.interrupted,
    started_at: new Date(turn.startedAtMs),
    ended_at: turn.endedAtMs === null ? null : new Date(turn.endedAtMs),
    reply_ms: turn.replyMs,
    latency: turn.latency && JSON.stringify(turn.latency),
  };
}

export function fromRow(row: TurnRow): SpokenTurn {
  const speaker = row.speaker as Speaker;
  return {
    index: row.index,
    speaker,
    utterance: null,
    text: row.text,
    played: '',
    cursor: 0,
    heardText: row.heard_text,
    heardSource: speaker === 'assistant' ? 'unknown' : 'said',
    interrupted: row.interrupted,
    startedAtMs: row.started_at.getTime(),
    endedAtMs: row.ended_at?.getTime() ?? row.started_at.getTime(),
    replyMs: row.reply_ms,
    latency: row.latency as TurnLatency | null,
    settling: false,
  };
}
