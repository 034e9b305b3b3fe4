/** The application's own sound as it reaches the person's ear: where it sounds and where it is quiet. */
import { toLoudness } from '../../audio/loudness.ts';
import type { HeardUtterance } from '../call-record.ts';

export const frameMs = 20;
/** Quieter counts as silence. */
const leastLoudness = 60;
/** A pause of this length ends an interval of sound. */
const pauseMs = 200;
/** A listener counts this much sound as one word. */
const wordMs = 400;

export interface StreamedSoundListener {
  /** A stream was opened or closed. */
  changed?(): void;
  began?(): void;
  /** So much more was heard that it would make a word. */
  heardWord?(): void;
  ended?(heard: HeardUtterance): void;
  /** Every frame that is not empty, with the moment at which it began to play. */
  played?(sound: Uint8Array, atMs: number): void;
}

interface Interval {
  startedAtMs: number;
  /** End of the last frame that was not quiet. */
  soundUntilMs: number;
  soundMs: number;
}

export class StreamedSound {
  readonly #listeners = new Set<StreamedSoundListener>();
  #interval: Interval | null = null;
  #isOpen = false;

  /** Whether the application can send sound now. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

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
    this.#end('stopped');
    this.#tell('changed');
  }

  /** One frame that began to play at `atMs`; null when there was nothing to play. */
  hear(sound: Uint8Array | null, atMs: number): void {
    if (sound) this.#tell('played', sound, atMs);
    if (sound && toLoudness(sound) >= leastLoudness) this.#hearSound(atMs);
    else if (this.#interval && atMs + frameMs - this.#interval.soundUntilMs >= pauseMs) this.#end('played');
  }

  /** The application took back what was still to be played. */
  cut(): void {
    this.#end('interrupted');
  }

  #hearSound(atMs: number): void {
    const isNew = this.#interval === null;
    this.#interval ??= { startedAtMs: atMs, soundUntilMs: atMs, soundMs: 0 };
    const interval = this.#interval;
    interval.soundUntilMs = atMs + frameMs;
    interval.soundMs += frameMs;
    if (isNew) this.#tell('began');
    if (interval.soundMs % wordMs === 0) this.#tell('heardWord');
  }

  #end(end: HeardUtterance['end']): void {
    const interval = this.#interval;
    if (!interval) return;
    this.#interval = null;
    const { startedAtMs, soundUntilMs } = interval;
    const text = `[${((soundUntilMs - startedAtMs) / 1000).toFixed(1)} s of sound]`;
    this.#tell('ended', { source: 'stream', text, cutOff: '', startedAtMs, endedAtMs: soundUntilMs, end });
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
