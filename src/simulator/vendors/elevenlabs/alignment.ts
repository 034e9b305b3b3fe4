/** When each character of a text sounds, as ElevenLabs tells it beside the sound. */
import type { SpokenWord } from '../../../audio/spoken-sound.ts';

export interface TimedCharacter {
  character: string;
  startMs: number;
  durationMs: number;
}

/**
 * Every character of `text` once: those of a word share its time evenly, what stands between two words lasts until the
 * second.
 */
export function toTimedCharacters(text: string, words: readonly SpokenWord[]): TimedCharacter[] {
  const timed: TimedCharacter[] = [];
  let at = 0;
  let atMs = words[0]?.startMs ?? 0;
  const spread = (characters: readonly string[], untilMs: number) => {
    const durationMs = Math.max(0, untilMs - atMs) / Math.max(1, characters.length);
    for (const [index, character] of characters.entries()) {
      timed.push({ character, startMs: atMs + index * durationMs, durationMs });
    }
    atMs = Math.max(atMs, untilMs);
  };
  for (const word of words) {
    const found = text.indexOf(word.text, at);
    if (found === -1) continue;
    spread(Array.from(text.slice(at, found)), word.startMs);
    atMs = Math.max(atMs, word.startMs);
    spread(Array.from(word.text), word.endMs);
    at = found + word.text.length;
  }
  spread(Array.from(text.slice(at)), atMs);
  return timed;
}

export interface WireAlignment {
  chars: string[];
  charStartTimesMs: number[];
  charDurationsMs: number[];
}

/** Times count from the beginning of the chunk. Null when nothing begins there. */
export function toAlignment(timed: readonly TimedCharacter[], chunkStartMs: number): WireAlignment | null {
  if (timed.length === 0) return null;
  return {
    chars: timed.map(({ character }) => character),
    charStartTimesMs: timed.map(({ startMs }) => Math.max(0, Math.round(startMs - chunkStartMs))),
    charDurationsMs: timed.map(({ durationMs }) => Math.round(durationMs)),
  };
}
