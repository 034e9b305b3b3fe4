/** A reply as sound in pieces of one word each, every piece with the text that it says. */
import { bytesPerMs } from '../../../audio/mulaw.ts';
import type { SpokenSound, SpokenWord } from '../../../audio/spoken-sound.ts';

export interface SpokenPiece {
  /** The word as it stands in the text, with all that follows it up to the next. */
  text: string;
  /** From where the word before it ends; the last one has all the rest. */
  sound: Uint8Array;
  startMs: number;
  /** When its word has sounded. */
  endMs: number;
}

/** The texts of the pieces make up the text, their sounds the sound. Text without a word gives one silent piece. */
export function toPieces(text: string, spoken: SpokenSound): SpokenPiece[] {
  const totalMs = spoken.sound.length / bytesPerMs;
  if (spoken.words.length === 0) return [{ text, sound: spoken.sound, startMs: 0, endMs: totalMs }];
  const starts = toTextStarts(text, spoken.words);
  return spoken.words.map((word, index) => {
    const isLast = index === spoken.words.length - 1;
    const fromMs = index === 0 ? 0 : (spoken.words[index - 1]?.endMs ?? 0);
    const untilByte = isLast ? spoken.sound.length : Math.round(word.endMs * bytesPerMs);
    return {
      text: text.slice(index === 0 ? 0 : starts[index], isLast ? text.length : starts[index + 1]),
      sound: spoken.sound.subarray(Math.round(fromMs * bytesPerMs), untilByte),
      startMs: word.startMs,
      endMs: word.endMs,
    };
  });
}

/** Where each word begins in the text; one that is not found begins where the one before it ends. */
function toTextStarts(text: string, words: readonly SpokenWord[]): number[] {
  let from = 0;
  return words.map((word) => {
    const found = text.indexOf(word.text, from);
    const start = found === -1 ? from : found;
    if (found !== -1) from = found + word.text.length;
    return start;
  });
}

/** The text of the pieces that have sounded after so much of the sound. */
export function toHeardText(pieces: readonly Pick<SpokenPiece, 'text' | 'endMs'>[], heardMs: number): string {
  return pieces
    .filter(({ endMs }) => endMs <= heardMs)
    .map(({ text }) => text)
    .join('')
    .trimEnd();
}
