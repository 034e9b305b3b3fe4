/** Which words of an utterance have sounded by when: where the vendor tells, from that; else by the length of the sound. */
import type { WordTime } from '../../../ports/text-to-speech.ts';

export interface SpokenWords {
  /** All text of the utterance so far. */
  readonly text: string;
  add(text: string): void;
  /** More sound of it is there. */
  addSound(ms: number): void;
  readonly soundMs: number;
  /** All of it has become sound. */
  complete(): void;
  /** Whether text is there that has not become sound, as far as one can tell. */
  readonly isOwing: boolean;
  /** Notes when words sound; gives the moments in its sound at which one of them ends. */
  place(words: readonly WordTime[]): number[];
  /** What had been said when this much had been played, in whole words. */
  textAt(playedMs: number): { text: string; isExact: boolean };
  /** Another voice goes on from here: what it has to say, and its times count from the sound so far. */
  handOver(): string;
}

/** What one voice has said of it: from here in the sound and in the text. */
interface Part {
  fromMs: number;
  from: number;
  /** Ends of words: their moment in the sound and their place in the text; none where the voice does not tell. */
  ends: { ms: number; at: number }[];
}

/** A voice without word times: characters a second, when not all of its sound is there yet. */
const usualRate = 15;
/** A voice that has given less than half of the sound that is to be expected has more to give. */
const toExpectedMs = (characters: number) => (characters * 1000) / usualRate;

export function createSpokenWords(): SpokenWords {
  let text = '';
  let soundMs = 0;
  let isComplete = false;
  let part: Part = { fromMs: 0, from: 0, ends: [] };
  const parts = [part];

  /** Where a voice that tells no times is in its text. */
  const estimate = ({ fromMs, from }: Part, next: Part | undefined, playedMs: number) => {
    const untilMs = next?.fromMs ?? soundMs;
    const until = next?.from ?? text.length;
    const isWhole = next !== undefined || isComplete;
    const lengthMs = Math.max(untilMs - fromMs, isWhole ? 0 : toExpectedMs(until - from));
    const share = lengthMs === 0 ? 0 : (playedMs - fromMs) / lengthMs;
    return Math.min(from + Math.floor((until - from) * share), until);
  };
  const placeAt = (playedMs: number) => {
    const index = parts.findLastIndex(({ fromMs }) => fromMs <= playedMs);
    const told = parts[Math.max(index, 0)] ?? part;
    if (told.ends.length === 0) {
      return { at: cutAtWord(text, estimate(told, parts[index + 1], playedMs)), isExact: playedMs <= 0 };
    }
    return { at: told.ends.findLast(({ ms }) => ms <= playedMs)?.at ?? told.from, isExact: true };
  };
  const lastPlace = () => part.ends.at(-1) ?? { ms: part.fromMs, at: part.from };

  return {
    get text() {
      return text;
    },
    get soundMs() {
      return soundMs;
    },
    get isOwing() {
      const { ms, at } = lastPlace();
      const rest = text.slice(at);
      return hasWords(rest) && soundMs - ms < toExpectedMs(rest.length) / 2;
    },
    add(more) {
      text += more;
    },
    addSound(ms) {
      soundMs += ms;
    },
    complete() {
      isComplete = true;
    },
    place(words) {
      const placed: number[] = [];
      for (const { word, endMs } of words) {
        const at = placeAfter(text, word, lastPlace().at);
        if (at === null) continue;
        const ms = part.fromMs + endMs;
        part.ends.push({ ms, at });
        placed.push(ms);
      }
      return placed;
    },
    textAt(playedMs) {
      const { at, isExact } = placeAt(playedMs);
      return { text: text.slice(0, at), isExact };
    },
    handOver() {
      // Words that were announced and never sounded are not said.
      part.ends = part.ends.filter(({ ms }) => ms <= soundMs);
      const from = Math.max(placeAt(soundMs).at, part.from);
      part = { fromMs: soundMs, from, ends: [] };
      parts.push(part);
      return text.slice(from);
    },
  };
}

const isWordSign = /[\p{L}\p{N}]/u;

/** Whether there is anything to say in it. */
export const hasWords = (text: string): boolean => isWordSign.test(text);

/** Where the word ends, with the punctuation that belongs to it; null when it does not come soon after `from`. */
function placeAfter(text: string, word: string, from: number): number | null {
  const bare = word.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '').toLowerCase();
  if (bare === '') return null;
  const found = placeIn(text.slice(from, from + bare.length + 40).toLowerCase(), bare);
  if (found === -1) return null;
  let at = from + found + bare.length;
  while (at < text.length && !/[\p{L}\p{N}\s]/u.test(text[at] ?? '')) at += 1;
  return at;
}

/** Where a whole word begins, or the piece of one that comes next; -1 when neither is there. */
function placeIn(near: string, word: string): number {
  const isApart = (at: number) => !hasWords(near[at - 1] ?? '') && !hasWords(near[at + word.length] ?? '');
  let found = near.indexOf(word);
  while (found >= 0 && !isApart(found)) found = near.indexOf(word, found + 1);
  const next = near.search(isWordSign);
  return found < 0 && near.startsWith(word, next) ? next : found;
}

/** Where the last whole word ends that fits into so many characters. */
function cutAtWord(text: string, characters: number): number {
  if (characters >= text.length) return text.length;
  return Math.max(text.lastIndexOf(' ', characters), 0);
}
