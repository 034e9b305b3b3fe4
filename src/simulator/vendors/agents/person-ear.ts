/** How a simulated agent hears the person: when speech begins and ends, and which words arrived whole. */
import { createHearing } from '../hearing.ts';

/** Times are milliseconds of sound heard since the beginning. */
export type PersonEarEvent =
  | { type: 'speech-started'; atMs: number }
  /** A word whose sound arrived to its end. */
  | { type: 'word'; text: string }
  /** Silence has lasted; the words since speech started, with a space between. */
  | { type: 'speech-stopped'; atMs: number; text: string };

export interface PersonEar {
  /** μ-law, 8 kHz, any length. */
  hear(sound: Uint8Array): void;
  /** How long a silence ends speech; null: none does, `take` has to. */
  endAfter(silenceMs: number | null): void;
  /** Ends speech without telling so, and gives its words. */
  take(): string;
  readonly heardMs: number;
}

export function createPersonEar(silenceMs: number | null, on: (event: PersonEarEvent) => void): PersonEar {
  let endsAfterMs = silenceMs;
  let isSpeech = false;
  let words: string[] = [];
  const start = (atMs: number) => {
    if (isSpeech) return;
    isSpeech = true;
    on({ type: 'speech-started', atMs: Math.round(atMs) });
  };
  const take = () => {
    const text = words.join(' ');
    words = [];
    isSpeech = false;
    return text;
  };
  const hearing = createHearing({
    voice(active, atMs) {
      if (active) start(atMs);
    },
    wordBegan: start,
    word({ text }) {
      words.push(text);
      on({ type: 'word', text });
    },
    step(atMs) {
      if (!isSpeech || endsAfterMs === null || hearing.silentMs < endsAfterMs) return;
      on({ type: 'speech-stopped', atMs, text: take() });
    },
  });
  return {
    hear: (sound) => hearing.hear(sound),
    endAfter(ms) {
      endsAfterMs = ms;
    },
    take,
    get heardMs() {
      return Math.floor(hearing.heardMs);
    },
  };
}
