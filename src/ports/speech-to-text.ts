/** What we ask of a recognizer of speech: what the person says, as they say it, and when they have finished. */
import type { VendorFailed } from './vendor-failed.ts';

export interface SpeechToText {
  /** Vendor and model, for example `deepgram/flux-general-en`. */
  name: string;
  /**
   * How well it knows that a turn is over: `model` by what was said and how, `pause` by a silence alone (then we
   * decide whether that was the end), `none` not at all (then we decide, and ask with `Ears.settle`).
   */
  endOfTurn: 'model' | 'pause' | 'none';
  /** Whether it tells `turn-may-be-over` ahead of `turn-over`. */
  eager: boolean;
  /** Opens the ears of one call; connecting goes on behind, what is heard meanwhile waits. Never throws. */
  listen(request: HearingRequest): Ears;
}

export interface HearingRequest {
  /** BCP 47, for example `en-US`. */
  language: string;
  /** Names and words that are likely to be said. */
  keyterms?: readonly string[];
  /** The first sound is one that others were given and told nothing of: there may be nothing to tell. */
  hearsAgain?: boolean;
  on(event: HearingEvent): void;
}

export type HearingEvent =
  | { type: 'speech-started' }
  /** The turn's words so far; they replace what was told of this turn before. */
  | { type: 'heard'; text: string }
  /** The turn is probably over: a reply can be prepared, and thrown away after `turn-resumed`. */
  | { type: 'turn-may-be-over'; text: string }
  | { type: 'turn-resumed' }
  /** All words of the turn, settled; what follows belongs to another turn. Empty when nothing was said after all. */
  | { type: 'turn-over'; text: string }
  /** No more is heard from these ears, whose socket is closed. Told once, and last. */
  | { type: 'failed'; error: VendorFailed };

/** The ears of one call. */
export interface Ears {
  /** μ-law, 8 kHz, mono; 20 ms at a time in usual. */
  hear(sound: Uint8Array): void;
  /** Asks for what it has heard of the turn until now, as `turn-over`, however short the silence is. */
  settle(): void;
  /** Nothing is told from now on. */
  close(): void;
}
