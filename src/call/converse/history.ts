/** What was said in a call and what of it was heard; only what was heard is told to the language model. */
import type { Clock } from '../../base/clock.ts';
import type { NewId } from '../../base/ids.ts';
import type { ChatMessage } from '../../ports/language-model.ts';
import type { NewEvent } from '../../store/events.ts';
import type { TurnRow } from '../../store/turns.ts';
import type { CallRecord } from './call-record.ts';
import {
  fromRow,
  isUnknown,
  newTurn,
  type Speaker,
  type SpokenTurn,
  toEventData,
  toMessage,
  toRow,
  unknownWords,
} from './spoken-turn.ts';
import { createToldMeanwhile, type ToldBefore, type ToldMeanwhile } from './told-meanwhile.ts';
import { createToolExchanges, type ToolExchanges } from './tool-exchanges.ts';
import type { TurnLatency } from './turn-latency.ts';
import { findMeant, type Heard, isKnown, isOpen, placeOf, wasCut, whatWasHeard } from './what-was-heard.ts';

export interface History {
  /** How often the person has spoken, and what they said last. */
  readonly said: { turns: number; newest: string };
  toolCalled: ToolExchanges['add'];
  /** Keeps what the assistant is to do from now on; `answers`: whether it speaks because of that. */
  instructed: ToldMeanwhile['instructed'];
  takenOver: ToldMeanwhile['takenOver'];
  handedBack: ToldMeanwhile['handedBack'];
  handedBackWords: ToldMeanwhile['handedBackWords'];
  person(text: string): void;
  /** What an operator said in the place of the assistant; null: something that nobody has understood. */
  operator(text: string | null): void;
  /** More words of an utterance of the assistant; the first ones begin its turn. */
  assistant(utterance: number, text: string, replyMs?: number | null): void;
  /** The carrier spoke this much more aloud; false when that was not the utterance that is being spoken. */
  played(text: string): boolean;
  heard(utterance: number, heard: Heard): void;
  /** How quickly this utterance answered the person, as far as that is known by now. */
  latency(utterance: number, latency: TurnLatency): void;
  messages(): ChatMessage[];
  /** Nothing more will be heard. */
  close(): void;
}

export interface HistoryParts {
  callId: string;
  clientId: string | null;
  record: CallRecord;
  clock: Clock;
  newId: NewId;
  /** What was said before, when a conversation goes on after an interruption of the line. */
  earlier: readonly TurnRow[];
  /** What it was told meanwhile. */
  toldBefore?: readonly ToldBefore[];
  /** How fast the carrier's voice speaks, where it does not report what it played. */
  charactersPerSecond: number;
}

export function createHistory(parts: HistoryParts): History {
  const turns = parts.earlier.map(fromRow);
  const tools = createToolExchanges(turns);
  const told = createToldMeanwhile(parts, turns);
  const { save, announce, add, addSaid } = createTurnBook(parts, turns);
  const complete = onceFor((turn: SpokenTurn) => announce(turn, 'turn.completed'));
  let reportsPlayback = false;
  const end = (turn: SpokenTurn, heard: Heard) => {
    const wasOpen = isOpen(turn);
    const time = { now: parts.clock.now(), rate: parts.charactersPerSecond, reportsPlayback };
    Object.assign(turn, whatWasHeard(turn, heard, time));
    turn.endedAtMs ??= parts.clock.now();
    turn.interrupted = wasCut(turn);
    turn.settling = heard !== 'all' && !isKnown(heard) && turn.played.trim().length < turn.text.trim().length;
    save(turn);
    // Where more word of it is to be expected that is waited for; any other is added to its turn alone.
    if (wasOpen && !(turn.settling && reportsPlayback && heard === 'as-played')) complete(turn);
  };
  const settle = (turn: SpokenTurn) => {
    turn.settling = false;
    turn.interrupted = wasCut(turn);
    save(turn);
    complete(turn);
  };

  return {
    get said() {
      return whatPersonSaid(turns);
    },
    ...{ toolCalled: tools.add, instructed: told.instructed },
    ...{ takenOver: told.takenOver, handedBack: told.handedBack, handedBackWords: told.handedBackWords },
    person: (text) => addSaid('person', text),
    operator(text) {
      if (text !== null || !isUnknown(turns.at(-1))) addSaid('operator', text ?? unknownWords);
    },
    assistant(utterance, text, replyMs = null) {
      const open = findUtterance(turns, utterance);
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
      reportsPlayback = true;
      const turn = turns.findLast((candidate) => placeOf(candidate, text) !== null) ?? turns.findLast(isOpen);
      if (!turn) return false;
      turn.played += text;
      turn.cursor = (placeOf(turn, text) ?? turn.cursor) + text.trim().length;
      if (turn.settling) {
        turn.heardText = turn.played.trim();
        turn.heardSource = 'confirmed';
        turn.interrupted = wasCut(turn);
        save(turn);
        return false;
      }
      for (const older of turns) if (older.settling && older !== turn) settle(older);
      return true;
    },
    heard(utterance, heard) {
      const turn = findUtterance(turns, utterance);
      if (!turn || (isKnown(heard) && !isOpen(turn))) return;
      if (typeof heard !== 'object' || isKnown(heard)) return end(turn, heard);
      // The carrier may have been interrupted in what it said before, while these words were on their way to it.
      const meant = findMeant(turns, heard.text) ?? turn;
      if (meant !== turn) end(turn, 'as-played');
      correctPlayed(meant, heard.text.trim());
      end(meant, heard);
    },
    latency(utterance, latency) {
      const turn = findUtterance(turns, utterance);
      if (!turn) return;
      // Where the sound is ours, its first frame tells better than the words how long the person waited.
      save(Object.assign(turn, { latency, replyMs: latency.first_frame_ms ?? turn.replyMs }));
    },
    close() {
      for (const turn of turns) if (turn.settling) settle(turn);
    },
    messages: () => toMessages(turns, tools, told),
  };
}

/** Adds to the turns, and writes down what becomes of them. */
function createTurnBook(parts: HistoryParts, turns: SpokenTurn[]) {
  const save = (turn: SpokenTurn) => parts.record.saveTurn(toRow(parts.callId, turn));
  const announce = (turn: SpokenTurn, type: TurnEventType) => parts.record.announce(toEvent(parts, turn, type));
  const add = (turn: Pick<SpokenTurn, 'speaker' | 'text' | 'utterance' | 'replyMs'>): SpokenTurn => {
    turns.push(newTurn({ ...turn, index: turns.length, startedAtMs: parts.clock.now() }));
    return turns.at(-1) as SpokenTurn;
  };
  const addSaid = (speaker: Speaker, text: string) => {
    const turn = add({ speaker, text, utterance: null, replyMs: null });
    save(Object.assign(turn, { heardText: text, heardSource: 'said', endedAtMs: turn.startedAtMs }));
    announce(turn, 'turn.completed');
  };
  return { save, announce, add, addSaid };
}

function toMessages(turns: readonly SpokenTurn[], tools: ToolExchanges, told: ToldMeanwhile): ChatMessage[] {
  const before = (turn: number) => [...tools.messagesBefore(turn), ...told.messagesBefore(turn)];
  const upToNow = turns.flatMap((turn) => [...before(turn.index), ...toMessage(turn)]);
  return [...upToNow, ...before(turns.length)];
}

function whatPersonSaid(turns: readonly SpokenTurn[]): History['said'] {
  const spoken = turns.filter(({ speaker }) => speaker === 'person');
  return { turns: spoken.length, newest: spoken.at(-1)?.text ?? '' };
}

/** Does it for each thing once. */
function onceFor<T>(work: (thing: T) => void): (thing: T) => void {
  const done = new Set<T>();
  return (thing) => {
    if (!done.has(thing)) work(thing);
    done.add(thing);
  };
}

type TurnEventType = 'turn.started' | 'turn.completed';

function toEvent(parts: HistoryParts, turn: SpokenTurn, type: TurnEventType): NewEvent {
  return {
    id: parts.newId('event'),
    call_id: parts.callId,
    client_id: parts.clientId,
    type,
    key: `${type}:${turn.index}`,
    at: new Date(parts.clock.now()),
    data: JSON.stringify(toEventData(turn, type)),
  };
}

function findUtterance(turns: readonly SpokenTurn[], utterance: number): SpokenTurn | undefined {
  return turns.findLast((turn) => turn.utterance === utterance);
}

/** The carrier's word on an interruption goes before what it had reported until then. */
function correctPlayed(turn: SpokenTurn, heardText: string): void {
  if (turn.played.trim() === heardText) return;
  turn.played = `${heardText} `;
  turn.cursor = heardText.length;
}
