/** Whether somebody who is heard while the assistant speaks wants to be listened to. */
import type { SpokenLanguage } from './spoken-language.ts';
import { toWords } from './words.ts';

export interface YieldPolicy {
  /** How long a voice without words holds the assistant up before it goes on. */
  undecidedMs: number;
  /** After the voice has stopped: how much longer words may take to arrive. */
  wordsLateMs: number;
}

export const usualYieldPolicy: YieldPolicy = { undecidedMs: 1500, wordsLateMs: 400 };

const mostAssents = 3;

/** "Uh-huh", "yes, okay", and the like: said to go on, not to stop. */
export function isAssent(text: string, { assents, longerAssents }: SpokenLanguage): boolean {
  const words = toWords(toWords(text).join(' ').replaceAll(longerAssents, 'okay'));
  return words.length > 0 && words.length <= mostAssents && words.every((word) => assents.has(word));
}

/** Whether the words are those that the assistant has just said: its own voice, come back by the line. */
export function isEcho(text: string, spoken: string): boolean {
  const [words, own] = [toWords(text), toWords(spoken)];
  if (words.length < 2) return false;
  const joined = ` ${own.join(' ')} `;
  return joined.includes(` ${words.join(' ')} `);
}

/** So many of its words are no answer that repeats what was asked, but the assistant's voice itself. */
const wordsOfSureEcho = 4;

/** Whether the assistant's own voice was heard, and certainly nobody who answers in its words. */
export const isSureEcho = (text: string, spoken: string): boolean =>
  toWords(text).length >= wordsOfSureEcho && isEcho(text, spoken);

/** What is heard over the assistant's voice: a reason to stop, to go on, or nothing to tell by yet. */
export function judgeOverlap(text: string, spoken: string, language: SpokenLanguage): 'yield' | 'go-on' | 'unknown' {
  if (toWords(text).length === 0) return 'unknown';
  return isAssent(text, language) || isEcho(text, spoken) ? 'go-on' : 'yield';
}
