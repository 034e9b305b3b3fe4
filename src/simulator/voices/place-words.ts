/** Finds when each word of a text sounds, from the phones and pauses that a synthesizer made of it. */
import type { SpokenWord } from '../../audio/spoken-sound.ts';
import { findWords } from './find-words.ts';

export interface Phone {
  isPause: boolean;
  startMs: number;
  endMs: number;
}

/** A pause that is this near to the end of a clause is the one behind it. */
const nearMs = 350;
const digitLetters = 4;
const signLetters = 5;

/** `pau:0.119 hh:0.212 …`, in seconds. */
export function parsePhones(text: string): Phone[] {
  const phones: Phone[] = [];
  for (const [, name, second] of text.matchAll(/([a-z]+):(\d+\.\d+)/g)) {
    const startMs = phones.at(-1)?.endMs ?? 0;
    phones.push({ isPause: name === 'pau', startMs, endMs: Math.max(startMs, Number(second) * 1000) });
  }
  return phones;
}

/** About how many letters are spoken. */
function toWeight(word: string): number {
  let weight = 0;
  for (const character of word) {
    if (/\p{L}/u.test(character)) weight += 1;
    else if (/\d/.test(character)) weight += digitLetters;
    else if (/[$€£%&@#+=]/.test(character)) weight += signLetters;
  }
  return Math.max(1, weight);
}

/** Time in which there is speech, pauses left out. */
interface SpeechTime {
  totalMs: number;
  /** Where in the speech the pauses between are. */
  pausesAtMs: number[];
  /** The moment of the sound, before or after a pause that is there. */
  toSoundMs(speechMs: number, side: 'before' | 'after'): number;
}

function toSpeechTime(phones: readonly Phone[]): SpeechTime {
  const spoken: { fromMs: number; untilMs: number; soundMs: number }[] = [];
  let totalMs = 0;
  for (const { isPause, startMs, endMs } of phones) {
    if (isPause) continue;
    const last = spoken.at(-1);
    const lengthMs = endMs - startMs;
    if (last && last.soundMs + last.untilMs - last.fromMs === startMs) last.untilMs += lengthMs;
    else spoken.push({ fromMs: totalMs, untilMs: totalMs + lengthMs, soundMs: startMs });
    totalMs += lengthMs;
  }
  const find = (speechMs: number, side: 'before' | 'after') =>
    spoken.find(({ untilMs }) => (side === 'before' ? speechMs <= untilMs + 0.001 : speechMs < untilMs - 0.001));
  return {
    totalMs,
    pausesAtMs: spoken.slice(0, -1).map(({ untilMs }) => untilMs),
    toSoundMs(speechMs, side) {
      const stretch = find(speechMs, side) ?? spoken.at(-1);
      return stretch ? stretch.soundMs + Math.min(speechMs, stretch.untilMs) - stretch.fromMs : 0;
    },
  };
}

/** Words up to the end of a clause. */
function toClauses(words: readonly string[]): string[][] {
  const clauses: string[][] = [[]];
  for (const word of words) {
    clauses.at(-1)?.push(word);
    if (/[,.;:?!…)]$/u.test(word)) clauses.push([]);
  }
  return clauses.filter(({ length }) => length > 0);
}

function sumWeights(words: readonly string[]): number {
  return words.reduce((sum, word) => sum + toWeight(word), 0);
}

/** Spreads the words over the speech by their letters; where a clause ends near a pause, it ends right there. */
export function placeWords(text: string, phones: readonly Phone[]): SpokenWord[] {
  const words = findWords(text).map(({ word }) => word);
  const time = toSpeechTime(phones);
  const placed: SpokenWord[] = [];
  let weightLeft = sumWeights(words);
  let fromMs = 0;
  for (const clause of toClauses(words)) {
    const weight = sumWeights(clause);
    const evenMs = fromMs + ((time.totalMs - fromMs) * weight) / weightLeft;
    const untilMs = weight === weightLeft ? time.totalMs : toPause(time, evenMs, fromMs);
    const perWeightMs = (untilMs - fromMs) / weight;
    for (const word of clause) {
      const endMs = Math.min(untilMs, fromMs + toWeight(word) * perWeightMs);
      placed.push({ text: word, startMs: time.toSoundMs(fromMs, 'after'), endMs: time.toSoundMs(endMs, 'before') });
      fromMs = endMs;
    }
    fromMs = untilMs;
    weightLeft -= weight;
  }
  return placed;
}

/** The pause that is nearest, if it is near at all. */
function toPause({ pausesAtMs }: SpeechTime, evenMs: number, leastMs: number): number {
  let best = evenMs;
  let bestOffMs = nearMs;
  for (const atMs of pausesAtMs) {
    const offMs = Math.abs(atMs - evenMs);
    if (atMs <= leastMs || offMs > bestOffMs) continue;
    best = atMs;
    bestOffMs = offMs;
  }
  return best;
}
