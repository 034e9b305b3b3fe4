/** When the person's words are an end of turn, and how long to wait when they may not be. */
import type { SpokenLanguage } from './spoken-language.ts';

export interface AnswerPolicy {
  /** Added silence after words that end a sentence, where the recognizer judges by silence alone. */
  sentencePauseMs: number;
  /** The same after words that end in the middle of one. */
  openPauseMs: number;
  /** The same while a number is being read out, and after words that announce more ("and", "um"). */
  unfinishedPauseMs: number;
  /** While a number is being read out, even where the recognizer knows ends of turns. */
  numberPauseMs: number;
}

export const usualAnswerPolicy: AnswerPolicy = {
  sentencePauseMs: 150,
  openPauseMs: 600,
  unfinishedPauseMs: 1400,
  numberPauseMs: 1000,
};

/** A telephone number with its area code; shorter ones may go on. */
const longestNumber = 10;

/** Whether a number is being read out, and not yet as long as a telephone number. */
export function isReadingNumber(text: string, { endsInNumber }: SpokenLanguage): boolean {
  const read = endsInNumber.exec(text)?.[1];
  if (read === undefined) return false;
  const digits = read
    .split(/[\s,.-]+/)
    .map((word) => (/^\d+$/.test(word) ? word.length : 1))
    .reduce((sum, length) => sum + length, 0);
  return digits >= 2 && digits < longestNumber;
}

/**
 * How much longer to be quiet before answering, in ms.
 * @param by `endOfTurn`: what the recognizer goes by, see SpeechToText; and what it listens to
 */
export function answerDelayMs(
  text: string,
  { endOfTurn, language }: { endOfTurn: 'model' | 'pause' | 'none'; language: SpokenLanguage },
  policy: AnswerPolicy,
): number {
  if (isReadingNumber(text, language)) return endOfTurn === 'model' ? policy.numberPauseMs : policy.unfinishedPauseMs;
  if (endOfTurn === 'model') return 0;
  if (language.announcesMore.test(text)) return policy.unfinishedPauseMs;
  return /[.?!]["')]*\s*$/.test(text) ? policy.sentencePauseMs : policy.openPauseMs;
}
