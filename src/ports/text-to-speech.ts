/** What we ask of a maker of speech: sound for words, as the words come. */
import type { VendorFailed } from './vendor-failed.ts';

export interface TextToSpeech {
  /** Vendor and model, for example `elevenlabs/eleven_flash_v2_5`. */
  name: string;
  /** Whether it tells when each word sounds; without that it is estimated from the length of the sound. */
  tellsWordTimes: boolean;
  /** Opens the mouth of one call; connecting goes on behind, what is said meanwhile waits. Never throws. */
  speak(request: SpeakingRequest): Mouth;
}

export interface SpeakingRequest {
  /** BCP 47, for example `en-US`. */
  language: string;
  /** As the vendor names it; null: the provider's usual one. */
  voice: string | null;
  on(event: SpeakingEvent): void;
}

/** When a word sounds, in milliseconds of sound since the utterance began. */
export interface WordTime {
  word: string;
  startMs: number;
  endMs: number;
}

export type SpeakingEvent =
  /** μ-law, 8 kHz, mono, any length, in order; never of an utterance that was cancelled. */
  | { type: 'sound'; utterance: number; sound: Uint8Array }
  /** Of sound that was told, or is about to be; in order, each word once. */
  | { type: 'words'; utterance: number; words: readonly WordTime[] }
  /** All sound of the text that was finished has been told. */
  | { type: 'spoken'; utterance: number }
  /** No more sound comes from this mouth, whose socket is closed. Told once, and last. */
  | { type: 'failed'; error: VendorFailed };

/** The mouth of one call. Utterances have rising numbers; one is finished or cancelled before the next begins. */
export interface Mouth {
  /** The next words of an utterance: a clause or a sentence, with the space that follows it. */
  say(utterance: number, text: string): void;
  /** There is no more text in this utterance. */
  finish(utterance: number): void;
  /** No sound of it is wanted any more, nor told. */
  cancel(utterance: number): void;
  close(): void;
}
