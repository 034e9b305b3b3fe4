/** Asks for the assistant's replies one at a time, passes their words on as they come, and drops those cancelled. */
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { ChatMessage } from '../../ports/language-model.ts';
import type { History } from './history.ts';
import { getReply, isRetryable, type ReplyEnd, type ReplyParts } from './reply.ts';
import type { TurnEnding } from './turn/turn-state.ts';
import type { TurnHappening } from './turn-runner.ts';

export interface Replies {
  ask(utterance: number): void;
  /** Asks for a reply as if the person had said this; it is neither kept nor acted upon before `use`. */
  prepare(utterance: number, said: string): void;
  use(utterance: number): void;
  cancel(utterance: number): void;
  cancelAny(): void;
  /** Words of our own that fill the wait for this reply and become its beginning. */
  fill(utterance: number, text: string): void;
  /** So many characters of our words were played. */
  played(characters: number): void;
  /** The person finished saying something so many ms ago, just now by default: the next words of the assistant are timed from here. */
  personFinished(agoMs?: number): void;
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
  /** Passes words of an utterance to the voice; `last` closes it. */
  speak(text: string, last: boolean, utterance: number): void;
  /** More words of an utterance will be a while. */
  onPause?(utterance: number): void;
  /** The model's first words of an utterance are there. */
  onFirstWords?(utterance: number): void;
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
  /** Words that nobody has heard, while it is not sure that the reply is wanted. */
  unused: string[] | null;
  wanted: PromiseWithResolvers<void>;
}

function newAsked(utterance: number, unused: string[] | null): Asked {
  const wanted = Promise.withResolvers<void>();
  if (!unused) wanted.resolve();
  const abort = new AbortController();
  return { utterance, abort, started: false, open: false, unplayedFill: 0, unused, wanted };
}

function giveUp({ abort, wanted }: Asked): void {
  abort.abort();
  wanted.resolve();
}

export function createReplies(parts: RepliesParts): Replies {
  const { history, feed, speak } = parts;
  let current: Asked | null = null;
  /** The reply that may still be used, whether or not it is complete. */
  let prepared: Asked | null = null;
  const { personFinished, takeReplyMs } = createReplyTimer(parts.clock);

  const pass = (asked: Asked, text: string) => {
    if (current !== asked) return;
    const isFirst = !asked.started;
    if (isFirst) {
      asked.started = true;
      parts.onFirstWords?.(asked.utterance);
      feed({ type: 'reply-started', utterance: asked.utterance });
    }
    // The step that just ran may have been one that cancels this reply.
    if (current !== asked) return;
    if (asked.unused) asked.unused.push(text);
    else history.assistant(asked.utterance, text, isFirst ? takeReplyMs() : null);
    asked.open = true;
    speak(text, false, asked.utterance);
  };

  /** Whether this reply was still wanted; closes its utterance. */
  const conclude = (asked: Asked) => {
    if (current !== asked) return false;
    current = null;
    if (asked.open) speak('', true, asked.utterance);
    return true;
  };

  const run = async (asked: Asked, said: readonly ChatMessage[]) => {
    const { utterance, wanted, abort } = asked;
    const messages = [...parts.instructions, ...history.messages(), ...said];
    const onText = (text: string) => pass(asked, text);
    try {
      const onPause = () => current === asked && parts.onPause?.(utterance);
      const about = { messages, signal: abort.signal, wanted: wanted.promise };
      const end = await getReply(parts.reply, { ...about, onText, onPause });
      if (!conclude(asked)) return;
      feed({ type: 'reply-ready', utterance, characters: asked.unplayedFill + end.text.length, ending: toEnding(end) });
    } catch (error) {
      if (!conclude(asked)) return;
      parts.log.warn({ callId: parts.reply.context.callId, reason: messageOf(error) }, 'reply failed');
      feed({ type: 'reply-failed', utterance, retryable: isRetryable(error) });
    }
  };
  const begin = (asked: Asked, said: readonly ChatMessage[]) => {
    cancelAny();
    current = asked;
    void run(asked, said);
  };

  const cancelAny = () => {
    prepared = null;
    const asked = current;
    if (!asked) return;
    conclude(asked);
    giveUp(asked);
  };

  return {
    ask: (utterance) => begin(newAsked(utterance, null), []),
    prepare(utterance, said) {
      const asked = newAsked(utterance, []);
      begin(asked, [{ role: 'user', content: said }]);
      prepared = asked;
    },
    use(utterance) {
      if (prepared?.utterance !== utterance) return;
      const text = prepared.unused?.join('') ?? '';
      prepared.unused = null;
      if (text !== '') history.assistant(utterance, text, takeReplyMs());
      prepared.wanted.resolve();
      prepared = null;
    },
    fill(utterance, text) {
      if (current?.utterance !== utterance) return;
      history.assistant(utterance, text);
      current.open = true;
      current.unplayedFill = text.length;
      speak(text, false, utterance);
    },
    played(characters) {
      if (current && !current.started) current.unplayedFill = Math.max(current.unplayedFill - characters, 0);
    },
    cancel(utterance) {
      if (current?.utterance === utterance || prepared?.utterance === utterance) cancelAny();
    },
    cancelAny,
    personFinished,
    takeReplyMs,
  };
}

function createReplyTimer(clock: Clock) {
  let personDoneAt: number | null = null;
  return {
    personFinished(agoMs = 0) {
      personDoneAt = clock.monotonicMs() - agoMs;
    },
    takeReplyMs() {
      const ms = personDoneAt === null ? null : Math.round(clock.monotonicMs() - personDoneAt);
      personDoneAt = null;
      return ms;
    },
  };
}

function toEnding(end: ReplyEnd): TurnEnding | null {
  return end.endsCall ? { reason: end.endsCall.reason, by: 'assistant' } : null;
}
