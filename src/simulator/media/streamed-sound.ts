/** The application's own sound as it reaches the person's ear: where it sounds, which words are in it, where it is quiet. */
import { toLoudness } from '../../audio/loudness.ts';
import { bytesPerMs, mulawSilence } from '../../audio/mulaw.ts';
import { createWordEar, type WordEvent } from '../../audio/word-ear.ts';
import type { HeardUtterance } from '../call-record.ts';
import { WordOrder } from './word-order.ts';

export const frameMs = 20;
/** A pause of this length ends an interval of sound. */
export const streamPauseMs = 500;
/** Quieter counts as silence. */
const leastLoudness = 60;
/** A listener counts this much sound as one word where there are none to be understood. */
const wordMs = 400;
const silentFrame = new Uint8Array(frameMs * bytesPerMs).fill(mulawSilence);

export interface StreamedSoundListener {
  /** A stream was opened or closed. */
  changed?(): void;
  began?(): void;
  /** A word was heard whole; null: so much more sound that it would make a word. */
  heardWord?(word: string | null, atMs: number): void;
  /** With the words that were heard whole; none where the sound had none. */
  ended?(heard: HeardUtterance, words: string): void;
  /** Words were lost, repeated, stale or damaged. */
  odd?(message: string): void;
  /** Every frame that is not empty, with the moment at which it began to play. */
  played?(sound: Uint8Array, atMs: number): void;
}

interface Interval {
  startedAtMs: number;
  /** End of the last frame that was not quiet. */
  soundUntilMs: number;
  soundMs: number;
  hasWords: boolean;
  /** Heard whole. */
  words: string;
  cutOff: string;
}

export class StreamedSound {
  readonly #listeners = new Set<StreamedSoundListener>();
  readonly #ear = createWordEar((event) => this.#hearWord(event));
  readonly #order = new WordOrder();
  #interval: Interval | null = null;
  #isOpen = false;
  /** Whether the application itself ends the sound just now. */
  #isCutting = false;
  #frameAtMs = 0;
  #heardBeforeMs = 0;

  /** Whether the application can send sound now. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether there is sound, or was until a moment ago. */
  get isSounding(): boolean {
    return this.#interval !== null;
  }

  /** Gives back what ends the listening. */
  listen(listener: StreamedSoundListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  open(): void {
    this.#isOpen = true;
    this.#tell('changed');
  }

  close(): void {
    this.#isOpen = false;
    this.#breakOffWord();
    this.#end('stopped');
    this.#tell('changed');
  }

  /** One frame that began to play at `atMs`; null when there was nothing to play. */
  hear(sound: Uint8Array | null, atMs: number): void {
    if (sound) this.#tell('played', sound, atMs);
    this.#frameAtMs = atMs;
    this.#heardBeforeMs = this.#ear.heardMs;
    this.#ear.hear(sound ?? silentFrame);
    if (sound && toLoudness(sound) >= leastLoudness) this.#hearSound(atMs);
    else if (this.#interval && atMs + frameMs - this.#interval.soundUntilMs >= streamPauseMs) this.#end('played');
  }

  /** The application took back what was still to be played, which may be nothing. */
  cut(takenBackBytes: number): void {
    this.#breakOffWord();
    if (takenBackBytes > 0 || (this.#interval?.cutOff ?? '') !== '') this.#end('interrupted');
  }

  #breakOffWord(): void {
    this.#isCutting = true;
    this.#ear.breakOff();
    this.#isCutting = false;
  }

  #hearSound(atMs: number): void {
    const interval = this.#interval ?? this.#begin(atMs);
    interval.soundUntilMs = atMs + frameMs;
    interval.soundMs += frameMs;
    if (!interval.hasWords && interval.soundMs % wordMs === 0) this.#tell('heardWord', null, atMs + frameMs);
  }

  #begin(atMs: number): Interval {
    const interval: Interval = {
      ...{ startedAtMs: atMs, soundUntilMs: atMs, soundMs: 0 },
      ...{ hasWords: false, words: '', cutOff: '' },
    };
    this.#interval = interval;
    this.#tell('began');
    return interval;
  }

  #hearWord(event: WordEvent): void {
    const { type, text } = event;
    if (type === 'word-part') return this.#hearPart();
    const interval = this.#interval ?? this.#begin(this.#frameAtMs);
    interval.hasWords = true;
    if (type === 'word-heard') {
      const problem = this.#order.check(event);
      interval.words += interval.words === '' ? text : ` ${text}`;
      interval.soundUntilMs = this.#frameAtMs + frameMs;
      this.#tell('heardWord', text, Math.round(this.#frameAtMs + event.atMs - this.#heardBeforeMs));
      if (problem) this.#tell('odd', problem);
    } else if (type === 'word-cut') {
      interval.cutOff = text;
      if (!this.#isCutting) this.#tell('odd', `"${text}" was not heard whole`);
    }
  }

  #hearPart(): void {
    if (!this.#isCutting) this.#tell('odd', 'a piece of a word was heard that had not been begun');
  }

  #end(end: HeardUtterance['end']): void {
    const interval = this.#interval;
    if (!interval) return;
    this.#interval = null;
    const { startedAtMs, soundUntilMs, hasWords, words, cutOff } = interval;
    const text = hasWords ? words : `[${((soundUntilMs - startedAtMs) / 1000).toFixed(1)} s of sound]`;
    this.#tell('ended', { source: 'stream', text, cutOff, startedAtMs, endedAtMs: soundUntilMs, end }, words);
  }

  #tell<K extends keyof StreamedSoundListener>(
    name: K,
    ...details: Parameters<NonNullable<StreamedSoundListener[K]>>
  ): void {
    for (const listener of [...this.#listeners]) {
      (listener[name] as ((...all: typeof details) => void) | undefined)?.apply(listener, details);
    }
  }
}
