/** Speech as sound together with what it says, word by word: what a synthesizer gives and word-bits.ts writes down. */

export interface SpokenWord {
  text: string;
  /** From the beginning of the sound, in milliseconds of it. */
  startMs: number;
  endMs: number;
}

export interface SpokenSound {
  /** μ-law, 8 kHz, mono. */
  sound: Uint8Array;
  /** In order, none overlapping another. */
  words: readonly SpokenWord[];
}

/** Speaks a text; `voice` is any name, an unknown one sounds like the usual voice. Never rejects. */
export type Synthesize = (text: string, voice: string) => Promise<SpokenSound>;
