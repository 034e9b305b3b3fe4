/** What was said in a call and what of it was heard; only what was heard is told to the language model. */
import type { Clock } from '../../base/clock.ts';
import type { NewId } from '../../base/ids.ts';
import type { ChatMessage } from '../../ports/language-model.ts';
import type { TurnRow } from '../../store/turns.ts';
import type { CallRecord } from './call-record.ts';

export type Heard = 'all' | 'as-played' | { text: string };

export interface History {
  person(text: string): void;
  /** More words of an utterance of the assistant; the first ones begin its turn. */
  assistant(utterance: number, text: string, replyMs?: number | null): void;
  /** The carrier spoke this much more of the newest utterance aloud. */
  played(text: string): void;
  heard(utterance: number, heard: Heard): void;
  messages(): ChatMessage[];
}

interface Turn {
  index: number;
  speaker: 'person' | 'assistant';
  utterance: number | null;
  text: string;
  played: string;
  heardText: string | null;
  heardSource: 'said' | 'confirmed' | 'estimated' | 'unknown';
  interrupted: boolean;
  startedAtMs: number;
  endedAtMs: number | null;
  replyMs: number | null;
}

export interface HistoryParts {
  callId: string;
  clientId: string | null;
  record: CallRecord;
  clock: Clock;
  newId: NewId;
  /** What was said before, when a conversation goes on after an interruption of the line. */
  earlier: readonly TurnRow[];
  /** How fast the carrier's voice speaks, where it does not report what it played. */
  charactersPerSecond: number;
}

export function createHistory(parts: HistoryParts): History {
  const turns = parts.earlier.map(fromRow);

  const save = (turn: Turn) => parts.record.saveTurn(toRow(parts.callId, turn));
  const announce = (turn: Turn, type: 'turn.started' | 'turn.completed') =>
    parts.record.announce({
      id: parts.newId('event'),
      call_id: parts.callId,
      client_id: parts.clientId,
      type,
      key: `${type}:${turn.index}`,
      at: new Date(parts.clock.now()),
      data: JSON.stringify(toEventData(turn, type)),
    });
  const add = (turn: Pick<Turn, 'speaker' | 'text' | 'utterance' | 'replyMs'>): Turn => {
    const fresh: Turn = {
      ...turn,
      index: turns.length,
      played: '',
      heardText: null,
      heardSource: 'unknown',
      interrupted: false,
      startedAtMs: parts.clock.now(),
      endedAtMs: null,
    };
    turns.push(fresh);
    return fresh;
  };
  const find = (utterance: number) => turns.findLast((turn) => turn.utterance === utterance);

  return {
    person(text) {
      const turn = add({ speaker: 'person', text, utterance: null, replyMs: null });
      Object.assign(turn, { heardText: text, heardSource: 'said', endedAtMs: turn.startedAtMs });
      save(turn);
      announce(turn, 'turn.completed');
    },
    assistant(utterance, text, replyMs = null) {
      const open = find(utterance);
      if (open) {
        open.text += text;
        open.replyMs ??= replyMs;
        return save(open);
      }
      const turn = add({ speaker: 'assistant', text, utterance, replyMs });
      save(turn);
      announce(turn, 'turn.started');
    },
    played(text) {
      const turn = turns.findLast((candidate) => candidate.speaker === 'assistant');
      if (turn && turn.endedAtMs === null) turn.played += text;
    },
    heard(utterance, heard) {
      const turn = find(utterance);
      if (!turn) return;
      const wasOpen = turn.endedAtMs === null;
      Object.assign(turn, whatWasHeard(turn, heard, { now: parts.clock.now(), rate: parts.charactersPerSecond }));
      turn.endedAtMs ??= parts.clock.now();
      turn.interrupted = turn.heardText?.trim() !== turn.text.trim();
      save(turn);
      if (wasOpen) announce(turn, 'turn.completed');
    },
    messages: () => turns.flatMap(toMessage),
  };
}

type HeardFacts = Pick<Turn, 'heardText' | 'heardSource'>;

function whatWasHeard(turn: Turn, heard: Heard, time: { now: number; rate: number }): HeardFacts {
  if (typeof heard === 'object') return { heardText: heard.text, heardSource: 'confirmed' };
  if (heard === 'all') return { heardText: turn.text, heardSource: turn.played === '' ? 'estimated' : 'confirmed' };
  if (turn.played !== '') return { heardText: turn.played.trim(), heardSource: 'confirmed' };
  const characters = Math.floor(((time.now - turn.startedAtMs) * time.rate) / 1000);
  return { heardText: cutAtWord(turn.text, characters), heardSource: 'estimated' };
}

/** As many whole words as fit into so many characters. */
function cutAtWord(text: string, characters: number): string {
  if (characters >= text.length) return text;
  return text.slice(0, Math.max(text.lastIndexOf(' ', characters), 0));
}

function toMessage(turn: Turn): ChatMessage[] {
  const content = turn.speaker === 'person' ? turn.text : (turn.heardText ?? '');
  if (content === '') return [];
  return [{ role: turn.speaker === 'person' ? 'user' : 'assistant', content }];
}

function toEventData(turn: Turn, type: 'turn.started' | 'turn.completed') {
  const { index, speaker, text, interrupted, replyMs } = turn;
  if (type === 'turn.started') return { index, speaker, reply_ms: replyMs };
  return {
    index,
    speaker,
    text,
    heard_text: turn.heardText,
    heard_source: turn.heardSource,
    interrupted,
    reply_ms: replyMs,
  };
}

function toRow(callId: string, turn: Turn) {
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
    reply_ms: turn.replyMs === null ? null : Math.round(turn.replyMs),
  };
}

function fromRow(row: TurnRow): Turn {
  const isPerson = row.speaker === 'person';
  return {
    index: row.index,
    speaker: isPerson ? 'person' : 'assistant',
    utterance: null,
    text: row.text,
    played: '',
    heardText: row.heard_text,
    heardSource: isPerson ? 'said' : 'unknown',
    interrupted: row.interrupted,
    startedAtMs: row.started_at.getTime(),
    endedAtMs: row.ended_at?.getTime() ?? row.started_at.getTime(),
    replyMs: row.reply_ms,
  };
}
