/** Asks for the assistant's replies one at a time, passes their words on as they come, and drops those cancelled. */
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { History } from './history.ts';
import { getReply, isRetryable, type ReplyEnd, type ReplyParts } from './reply.ts';
import type { TurnEnding } from './turn/turn-state.ts';
import type { TurnHappening } from './turn-runner.ts';

export interface Replies {
  ask(utterance: number): void;
  cancel(utterance: number): void;
  cancelAny(): void;
  /** Words of our own that fill the wait for this reply and become its beginning. */
  fill(utterance: number, text: string): void;
  /** So many characters of our words were played. */
  played(characters: number): void;
  /** The person has finished saying something: the next words of the assistant are timed from here. */
  personFinished(): void;
  /** Milliseconds since the person finished, once; null when nobody was waiting for an answer. */
  takeReplyMs(): number | null;
}

export interface RepliesParts {
  clock: Clock;
  log: Logger;
  history: History;
  reply: ReplyParts;
  /** Messages that come before everything said. */
  instructions: readonly { role: 'system'; content: string }[];
  feed(happening: TurnHappening): void;
  /** Passes words to the voice; `last` closes the utterance. */
  speak(text: string, last: boolean): void;
}

interface Asked {
  utterance: number;
  abort: AbortController;
  /** Whether the model's first words have come. */
  started: boolean;
  /** Whether the voice was given words of this utterance and waits for more. */
  open: boolean;
  /** Of the words that filled the wait, so many characters were not played when the reply began. */
  unplayedFill: number;
}

export function createReplies(parts: RepliesParts): Replies {
  const { clock, history, feed, speak } = parts;
  let current: Asked | null = null;
  let personDoneAt: number | null = null;

  const takeReplyMs = () => {
    const ms = personDoneAt === null ? null : Math.round(clock.monotonicMs() - personDoneAt);
    personDoneAt = null;
    return ms;
  };

  const start = (asked: Asked) => {
    asked.started = true;
    feed({ type: 'reply-started', utterance: asked.utterance });
  };

  const pass = (asked: Asked, text: string) => {
    if (current !== asked) return;
    const isFirst = !asked.started;
    if (isFirst) start(asked);
    // The step that just ran may have been one that cancels this reply.
    if (current !== asked) return;
    history.assistant(asked.utterance, text, isFirst ? takeReplyMs() : null);
    asked.open = true;
    speak(text, false);
  };

  /** Whether this reply was still wanted; closes its utterance. */
  const conclude = (asked: Asked) => {
    if (current !== asked) return false;
    current = null;
    if (asked.open) speak('', true);
    return true;
  };

  const run = async (asked: Asked) => {
    const { utterance } = asked;
    const messages = [...parts.instructions, ...history.messages()];
    try {
      const onText = (text: string) => pass(asked, text);
      const end = await getReply(parts.reply, { messages, signal: asked.abort.signal, onText });
      if (!conclude(asked)) return;
      const characters = asked.unplayedFill + end.text.length;
      feed({ type: 'reply-ready', utterance, characters, ending: toEnding(end) });
    } catch (error) {
      if (!conclude(asked)) return;
      parts.log.warn({ callId: parts.reply.context.callId, reason: messageOf(error) }, 'reply failed');
      feed({ type: 'reply-failed', utterance, retryable: isRetryable(error) });
    }
  };

  const cancelAny = () => {
    const asked = current;
    if (!asked) return;
    conclude(asked);
    asked.abort.abort();
  };

  return {
    ask(utterance) {
      cancelAny();
      current = { utterance, abort: new AbortController(), started: false, open: false, unplayedFill: 0 };
      void run(current);
    },
    fill(utterance, text) {
      if (current?.utterance !== utterance) return;
      history.assistant(utterance, text);
      current.open = true;
      current.unplayedFill = text.length;
      speak(text, false);
    },
    played(characters) {
      if (current && !current.started) current.unplayedFill = Math.max(current.unplayedFill - characters, 0);
    },
    cancel(utterance) {
      if (current?.utterance === utterance) cancelAny();
    },
    cancelAny,
    personFinished() {
      personDoneAt = clock.monotonicMs();
    },
    takeReplyMs,
  };
}

function toEnding(end: ReplyEnd): TurnEnding | null {
  return end.endsCall ? { reason: end.endsCall.reason, by: 'assistant' } : null;
}
