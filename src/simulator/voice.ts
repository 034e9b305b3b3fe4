/** The voice that a call's application speaks with: turns text into words heard one after another at speaking pace. */
import type { CancelTimer, Clock } from '../base/clock.ts';
import type { HeardUtterance } from './call-record.ts';

/** Both sides speak about this fast. */
const charactersPerSecond = 15;

/** How long it takes to say. */
export function toSpeakingMs(text: string): number {
  return Math.round((text.length / charactersPerSecond) * 1000);
}

/** What the person can do to stop an utterance. */
export type Interruption = 'none' | 'dtmf' | 'speech' | 'any';

/** One talk cycle: a whole text, a text that still grows, or a sound file. */
export interface Utterance {
  source: HeardUtterance['source'];
  /** What is still to be spoken. */
  pending: string;
  /** Whether all of it is known. */
  closed: boolean;
  interruptible: Interruption;
  /** Whether a newer one may cut it off. */
  preemptible: boolean;
  /** For a sound file: how long it plays; its `pending` is only its name. */
  mediaMs?: number;
}

export interface VoiceListener {
  started?(utterance: Utterance): void;
  /** A word, with the space after it, was heard to its end. */
  heard?(word: string, atMs: number): void;
  ended?(utterance: Utterance, heard: HeardUtterance): void;
}

interface Playing {
  utterance: Utterance;
  text: string;
  startedAtMs: number;
  /** Monotonic time up to which sound has been produced. */
  playedUntilMs: number;
  playedMs: number;
  wordStartedAtMs: number | null;
  /** Whether it had to wait for more text. */
  starved: boolean;
}

/** From the first word being known to its first sound. */
const firstSoundMs = 300;
/** A longer run without a space is spoken in parts, for languages that write none. */
const longestWord = 24;
const wholeWord = new RegExp(`^\\s*(?:\\S{1,${longestWord}}(?=\\s)\\s*|\\S{${longestWord}})`, 'u');
const lastWord = new RegExp(`^\\s*\\S{1,${longestWord}}\\s*`, 'u');
const markup = /<\/?[a-z][^<>]*>/gi;
const openMarkup = /<\/?(?:[a-z][^<>]*)?$/i;

export class Voice {
  readonly #clock: Clock;
  readonly #listeners = new Set<VoiceListener>();
  #queue: Utterance[] = [];
  #playing: Playing | null = null;
  #cancelTimer: CancelTimer | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The utterance being spoken. */
  get speaking(): Utterance | null {
    return this.#playing?.utterance ?? null;
  }

  /** Gives back what ends the listening. */
  listen(listener: VoiceListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Speaks it after everything that is already waiting. */
  add(utterance: Utterance): void {
    this.#queue.push(utterance);
    this.#continue();
  }

  /** Adds text to an utterance that is not closed. */
  append(utterance: Utterance, text: string, closed: boolean): void {
    utterance.pending += text;
    utterance.closed = closed;
    this.#continue();
  }

  /** Speaks it and resolves when it is over, by itself or by an abort. */
  play(utterance: Utterance, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const stop = () => this.cut('stopped', (other) => other === utterance);
      const unlisten = this.listen({
        ended: (over) => {
          if (over !== utterance) return;
          unlisten();
          signal.removeEventListener('abort', stop);
          resolve();
        },
      });
      this.add(utterance);
      signal.addEventListener('abort', stop);
      if (signal.aborted) stop();
    });
  }

  /** Ends every utterance, spoken or waiting, that `applies`; gives back what was heard of the one being spoken. */
  cut(
    end: Exclude<HeardUtterance['end'], 'played'>,
    applies: (utterance: Utterance) => boolean = () => true,
  ): { heard: string; playedMs: number } | null {
    const waiting = this.#queue.filter(applies);
    this.#queue = this.#queue.filter((utterance) => !applies(utterance));
    let spoken: { heard: string; playedMs: number } | null = null;
    const playing = this.#playing;
    if (playing && applies(playing.utterance)) {
      const now = this.#clock.monotonicMs();
      const inWordMs = playing.wordStartedAtMs === null ? 0 : Math.max(0, now - playing.wordStartedAtMs);
      spoken = { heard: playing.text, playedMs: Math.round(playing.playedMs + inWordMs) };
      this.#end(playing, end);
    }
    const atMs = this.#clock.now();
    for (const utterance of waiting) {
      const cutOff = utterance.pending;
      this.#tell('ended', utterance, {
        ...{ source: utterance.source, text: '', cutOff, startedAtMs: atMs, endedAtMs: atMs, end },
      });
    }
    this.#continue();
    return spoken;
  }

  #continue(): void {
    if (this.#cancelTimer) return;
    const playing = this.#playing ?? this.#begin();
    if (!playing) return;
    const { utterance } = playing;
    const word = this.#nextWord(utterance);
    if (word === null) {
      playing.starved = true;
      if (utterance.closed) this.#finish(playing);
      return;
    }
    const now = this.#clock.monotonicMs();
    const wordMs = utterance.mediaMs ?? toSpeakingMs(word);
    const startsAtMs = playing.starved ? Math.max(playing.playedUntilMs, now) : playing.playedUntilMs;
    playing.starved = false;
    playing.wordStartedAtMs = startsAtMs;
    playing.playedUntilMs = startsAtMs + wordMs;
    this.#cancelTimer = this.#clock.startTimer(playing.playedUntilMs - now, () => {
      this.#cancelTimer = null;
      this.#heardWord(playing, word, wordMs);
      this.#continue();
    });
  }

  #begin(): Playing | null {
    const [utterance] = this.#queue;
    if (!utterance || (this.#nextWord(utterance) === null && !utterance.closed)) return null;
    this.#queue.shift();
    const playing: Playing = {
      utterance,
      text: '',
      startedAtMs: this.#clock.now(),
      playedUntilMs: this.#clock.monotonicMs() + firstSoundMs,
      playedMs: 0,
      wordStartedAtMs: null,
      starved: false,
    };
    this.#playing = playing;
    this.#tell('started', utterance);
    return playing;
  }

  /** The next word that is complete; markup is not spoken. */
  #nextWord(utterance: Utterance): string | null {
    utterance.pending = utterance.pending.replace(markup, '');
    if (utterance.mediaMs !== undefined) return utterance.pending === '' ? null : utterance.pending;
    const known = utterance.closed ? utterance.pending : utterance.pending.replace(openMarkup, '');
    return (utterance.closed ? lastWord : wholeWord).exec(known)?.[0] ?? null;
  }

  #heardWord(playing: Playing, word: string, wordMs: number): void {
    playing.utterance.pending = playing.utterance.pending.slice(word.length);
    playing.text += word;
    playing.playedMs += wordMs;
    playing.wordStartedAtMs = null;
    this.#tell('heard', word, this.#clock.now());
  }

  #finish(playing: Playing): void {
    this.#end(playing, 'played');
    this.#continue();
  }

  #end(playing: Playing, end: HeardUtterance['end']): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#playing = null;
    const { utterance, text, startedAtMs } = playing;
    const cutOff = end === 'played' ? '' : utterance.pending;
    this.#tell('ended', utterance, {
      ...{ source: utterance.source, text, cutOff, startedAtMs, endedAtMs: this.#clock.now(), end },
    });
  }

  #tell<K extends keyof VoiceListener>(name: K, ...details: Parameters<NonNullable<VoiceListener[K]>>): void {
    for (const listener of [...this.#listeners]) {
      (listener[name] as ((...all: typeof details) => void) | undefined)?.(...details);
    }
  }
}
