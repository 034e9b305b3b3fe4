/** What a rule may look at when it decides on a reply, read from the conversation so far. */
import type { ChatMessage } from '../../ports/language-model.ts';
import { toPlainWords } from '../../text/plain-words.ts';
import type { CallFacts } from './call-facts.ts';
import { askedIn, isMiss, type Question } from './phrases.ts';
import type { Purpose } from './purpose.ts';

export interface CallContext {
  facts: CallFacts;
  purpose: Purpose | null;
  /** Wall-clock time of the reply. */
  nowMs: number;
  /** Names of the tools that this call allows. */
  tools: ReadonlySet<string>;
}

export interface ScriptedReply {
  text: string;
  /** Ask for this number never to be called again; done before a word is said. */
  stopCalls?: true;
  /** Have the person called back at this time, as the tool takes it; what is said follows its answer. */
  callBackAt?: string;
  /** End the call after the text, for this reason. */
  hangUp?: string;
}

export interface Turn extends CallContext {
  /** What the person said, in lower case without punctuation except `?` and `'`; empty for nothing. */
  said: string;
  /** The same before that. */
  raw: string;
  /** As much of our last reply as was heard; empty before the first. */
  heard: string;
  /** Our last reply as it was meant, where that is known; otherwise what was heard. */
  intended: string;
  /** Whether our last reply was interrupted. */
  cut: boolean;
  /** The question that our last reply ended with, if it was heard. */
  asked: Question | null;
  /** How often in a row we did not understand or hear anything, up to now. */
  misses: number;
}

export interface Rule {
  hears(turn: Turn): boolean;
  answer(turn: Turn): ScriptedReply;
}

/** A condition that looks at the person's words alone. */
export function heard(...patterns: readonly RegExp[]): (turn: Turn) => boolean {
  return ({ said }) => patterns.some((pattern) => pattern.test(said));
}

const maxHeardLength = 450;
const maxSaidLength = 400;

/** `intended` gives our last reply as it was meant, or null when it cannot be known. */
export function readTurn(context: CallContext, history: readonly ChatMessage[], intended: string | null): Turn {
  const lastReply = history.findLastIndex(({ role }) => role === 'assistant');
  const raw = history
    .slice(lastReply + 1)
    .flatMap((message) => (message.role === 'user' ? [message.content.slice(-maxSaidLength)] : []))
    .join(' ')
    .slice(-maxSaidLength);
  const heardText = toPlainWords(history[lastReply]?.content ?? '', maxHeardLength);
  const known = intended?.startsWith(heardText) ? intended : heardText;
  return {
    ...context,
    raw,
    said: normalize(raw),
    heard: heardText,
    intended: known,
    cut: heardText !== '' && (known.length > heardText.length || !/[.?!]$/u.test(heardText)),
    asked: askedIn(heardText),
    misses: countMisses(history),
  };
}

function normalize(raw: string): string {
  return raw
    .toLowerCase()
    .replace(/[‘’`]/gu, "'")
    .replace(/[^\p{L}\p{N}\p{M}'?]+/gu, ' ')
    .trim();
}

function countMisses(history: readonly ChatMessage[]): number {
  const replies = history.filter(({ role }) => role === 'assistant').slice(-6);
  const lastHit = replies.findLastIndex(({ content }) => !isMiss(content.trim()));
  return replies.length - 1 - lastHit;
}
