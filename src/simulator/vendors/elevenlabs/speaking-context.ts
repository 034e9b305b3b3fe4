/** One context of a simulated ElevenLabs voice: gathers text, speaks it when there is enough, and times its characters. */

import { bytesPerMs } from '../../../audio/mulaw.ts';
import { createSpeakingLine, type SpokenChunk } from '../speaking-line.ts';
import type { VendorParts } from '../vendor.ts';
import { createChunkEncoder, type SoundEncoding } from '../wire-sound.ts';
import { toAlignment, toTimedCharacters } from './alignment.ts';

export interface ContextSettings {
  voice: string;
  encoding: SoundEncoding;
  /** Speaks every text at once, rather than waiting for more. */
  autoMode: boolean;
}

export interface SpeakingContext {
  addText(text: string, flush: boolean): void;
  /** How many characters have to be there before they are spoken: for the first time, the second time, … */
  setSchedule(characters: readonly number[]): void;
  /** Speaks the rest; then does the work. */
  finish(then: () => void): void;
  stop(): void;
}

const usualSchedule = [120, 160, 250, 290];

export function createSpeakingContext(
  parts: VendorParts,
  { voice, encoding, autoMode }: ContextSettings,
  send: (message: { audio: string; alignment: object | null; normalizedAlignment: object | null }) => void,
): SpeakingContext {
  const encode = createChunkEncoder(encoding);
  let schedule: readonly number[] = usualSchedule;
  let spoken = 0;
  let text = '';
  const line = createSpeakingLine(parts, {
    voice,
    send(chunk) {
      const alignment = toChunkAlignment(chunk);
      const audio = Buffer.from(encode(chunk)).toString('base64');
      send({ audio, alignment, normalizedAlignment: alignment });
    },
  });
  const speak = () => {
    if (text.trim() === '') return;
    line.say(text);
    text = '';
    spoken += 1;
  };
  return {
    addText(more, flush) {
      // Spaces before any word only keep the context open.
      text = `${text}${more}`.trimStart();
      const enough = schedule[Math.min(spoken, schedule.length - 1)] ?? 0;
      if (flush || autoMode || text.length >= enough) speak();
    },
    setSchedule(characters) {
      schedule = characters;
    },
    finish(then) {
      speak();
      line.after(then);
    },
    stop: () => line.clear(),
  };
}

function toChunkAlignment({ piece, sound, from, startMs }: SpokenChunk) {
  const isLast = from + sound.length === piece.sound.length;
  const endMs = isLast ? Number.POSITIVE_INFINITY : startMs + sound.length / bytesPerMs;
  const isHere = (atMs: number) => atMs >= startMs && atMs < endMs;
  return toAlignment(
    toTimedCharacters(piece.text, piece.words).filter((timed) => isHere(timed.startMs)),
    startMs,
  );
}
