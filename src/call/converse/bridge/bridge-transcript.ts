/** Writes down who said what in its order: what the person said is often told only after the reply to it has begun. */
import type { Clock } from '../../../base/clock.ts';
import type { History } from '../history.ts';
import { toStorableText } from '../storable-text.ts';
import type { TurnLatency } from '../turn-latency.ts';
import type { Known } from '../what-was-heard.ts';

export interface BridgeTranscript {
  /** The person has stopped; what they said is told later. */
  personStopped(): void;
  /** What they said in the oldest turn that waits for its words, or in one of its own; empty for nothing after all. */
  personSaid(text: string): 'awaited' | 'unannounced';
  /** More words of a reply; the first ones begin its turn. */
  assistant(utterance: number, text: string, replyMs: number | null): void;
  heard(utterance: number, end: { heard: Known; latency: TurnLatency | null }): void;
  /** What is still waited for does not come any more. */
  close(): void;
}

interface PersonTurn {
  by: 'person';
  text: string | null;
  stoppedAtMs: number;
}

interface Reply {
  by: 'assistant';
  utterance: number;
  /** Not yet written down. */
  text: string;
  replyMs: number | null;
  end: { heard: Known; latency: TurnLatency | null } | null;
}

/** So long words of the person may come after them. */
const patienceMs = 5000;
/** What a person says in one breath is cut here: more than ten minutes of speech. */
const longestTurn = 10_000;

export function createBridgeTranscript(history: History, clock: Clock): BridgeTranscript {
  const turns: (PersonTurn | Reply)[] = [];

  const writePerson = (turn: PersonTurn, isClosing: boolean) => {
    const isAwaited = turn.text === null && clock.monotonicMs() - turn.stoppedAtMs < patienceMs;
    if (isAwaited && !isClosing) return false;
    if (turn.text !== null && turn.text.trim() !== '') history.person(turn.text);
    return true;
  };
  const writeReply = (turn: Reply) => {
    if (turn.text !== '') history.assistant(turn.utterance, turn.text, turn.replyMs);
    turn.text = '';
    if (!turn.end) return false;
    if (turn.end.latency) history.latency(turn.utterance, turn.end.latency);
    history.heard(turn.utterance, turn.end.heard);
    return true;
  };
  /** Up to the first turn that is not over. */
  const write = (isClosing = false) => {
    for (let turn = turns[0]; turn; turn = turns[0]) {
      const isWhole = turn.by === 'person' ? writePerson(turn, isClosing) : writeReply(turn);
      if (!isWhole) return;
      turns.shift();
    }
  };
  const findReply = (utterance: number) =>
    turns.find((turn): turn is Reply => turn.by === 'assistant' && turn.utterance === utterance);

  return {
    close: () => write(true),
    personStopped() {
      turns.push({ by: 'person', text: null, stoppedAtMs: clock.monotonicMs() });
    },
    personSaid(text) {
      const said = toStorableText(text.slice(0, longestTurn));
      const awaited = turns.find((turn): turn is PersonTurn => turn.by === 'person' && turn.text === null);
      if (awaited) awaited.text = said;
      else turns.push({ by: 'person', text: said, stoppedAtMs: clock.monotonicMs() });
      write();
      return awaited ? 'awaited' : 'unannounced';
    },
    assistant(utterance, text, replyMs) {
      const reply = findReply(utterance);
      if (reply) reply.text += toStorableText(text);
      else turns.push({ by: 'assistant', utterance, text: toStorableText(text), replyMs, end: null });
      write();
    },
    heard(utterance, end) {
      const reply = findReply(utterance);
      if (reply) reply.end = end;
      write();
    },
  };
}
