/** What every simulated voice does with text: speaks it piece by piece, in order, sent faster than it sounds. */
import { bytesPerMs } from '../../audio/mulaw.ts';
import type { SpokenWord } from '../../audio/spoken-sound.ts';
import { nextUtterance, writeWords } from '../../audio/word-bits.ts';
import type { CancelTimer } from '../../base/clock.ts';
import type { VendorParts } from './vendor.ts';

/** A part of an utterance's sound. */
export interface SpokenChunk {
  /** μ-law, 8 kHz. */
  sound: Uint8Array;
  /** Where it begins in the utterance, in milliseconds of it. */
  startMs: number;
  /** Words that begin in this chunk; times since the utterance began. */
  words: readonly SpokenWord[];
  /** The text this is a part of the sound of, with all of that sound and the times of its words. */
  piece: { text: string; sound: Uint8Array; words: readonly SpokenWord[] };
  /** Where the chunk begins in that sound, in bytes. */
  from: number;
}

export interface SpeakingLine {
  /** Speaks a text after all before it. */
  say(text: string): void;
  /** Does something once all sound before it has been sent. */
  after(work: () => void): void;
  /** What follows is another utterance, whose time begins at 0. */
  beginUtterance(): void;
  /** Drops all that was not sent, and what was to be done after it. */
  clear(): void;
  /** The same, but for one more piece of what is being spoken, as if it had been on its way already. */
  clearLate(): void;
}

interface Spoken {
  startMs: number;
  piece: SpokenChunk['piece'];
}

type Task = { type: 'say'; text: string } | { type: 'work'; work: () => void } | { type: 'begin' };

const chunkMs = 200;
const chunkBytes = chunkMs * bytesPerMs;

export function createSpeakingLine(
  parts: Pick<VendorParts, 'clock' | 'delays' | 'synthesize'>,
  { voice, send }: { voice: string; send: (chunk: SpokenChunk) => void },
): SpeakingLine {
  return new Line(parts, voice, send);
}

class Line implements SpeakingLine {
  readonly #parts: Pick<VendorParts, 'clock' | 'delays' | 'synthesize'>;
  readonly #voice: string;
  readonly #send: (chunk: SpokenChunk) => void;
  #tasks: Task[] = [];
  /** Grows with every `clear`, so that work of before it is known. */
  #epoch = 0;
  #isBusy = false;
  /** What is being sent, and how much of it has not been. */
  #rest: { spoken: Spoken; from: number } | null = null;
  #cancelTimer: CancelTimer = () => {};
  #utterance = { number: nextUtterance(), words: 0, bytes: 0 };
  /** Monotonic time at which the vendor could send more. */
  #readyAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    parts: Pick<VendorParts, 'clock' | 'delays' | 'synthesize'>,
    voice: string,
    send: (chunk: SpokenChunk) => void,
  ) {
    this.#parts = parts;
    this.#voice = voice;
    this.#send = send;
  }

  say(text: string): void {
    if (text.trim() !== '') this.#add({ type: 'say', text });
  }

  after(work: () => void): void {
    this.#add({ type: 'work', work });
  }

  beginUtterance(): void {
    this.#add({ type: 'begin' });
  }

  clear(): void {
    this.#epoch += 1;
    this.#tasks = [];
    this.#isBusy = false;
    this.#rest = null;
    this.#cancelTimer();
    this.#startUtterance();
  }

  clearLate(): void {
    const rest = this.#rest;
    this.clear();
    if (rest)
      this.#send(toChunk(rest.spoken, rest.from, Math.min(rest.spoken.piece.sound.length, rest.from + chunkBytes)));
  }

  #add(task: Task): void {
    this.#tasks.push(task);
    this.#goOn();
  }

  #startUtterance(): void {
    this.#utterance = { number: nextUtterance(), words: 0, bytes: 0 };
  }

  #goOn(): void {
    while (!this.#isBusy) {
      const task = this.#tasks.shift();
      if (!task) return;
      if (task.type === 'work') task.work();
      else if (task.type === 'begin') this.#startUtterance();
      else void this.#speak(task.text);
    }
  }

  async #speak(text: string): Promise<void> {
    this.#isBusy = true;
    const epoch = this.#epoch;
    const { clock, delays, synthesize } = this.#parts;
    const nowMs = clock.monotonicMs();
    // A voice that is speaking already goes on without a pause.
    if (nowMs >= this.#readyAtMs) this.#readyAtMs = nowMs + delays.firstSoundMs;
    const plain = await synthesize(text, this.#voice);
    if (epoch !== this.#epoch) return;
    const spoken = writeWords(plain, this.#utterance.number, this.#utterance.words);
    this.#utterance.words += spoken.words.length;
    const startMs = this.#utterance.bytes / bytesPerMs;
    this.#utterance.bytes += spoken.sound.length;
    const words = spoken.words.map((word) => ({
      ...{ text: word.text, startMs: startMs + word.startMs, endMs: startMs + word.endMs },
    }));
    this.#sendFrom(0, { startMs, piece: { text, sound: spoken.sound, words } });
  }

  #sendFrom(from: number, spoken: Spoken): void {
    const { clock, delays } = this.#parts;
    const epoch = this.#epoch;
    for (let at = from; at < spoken.piece.sound.length; at += chunkBytes) {
      this.#rest = { spoken, from: at };
      // Whole milliseconds: a remainder below a clock's own precision would never pass.
      const waitMs = Math.ceil(this.#readyAtMs - clock.monotonicMs());
      if (waitMs > 0) {
        this.#cancelTimer = clock.startTimer(waitMs, () => this.#sendFrom(at, spoken));
        return;
      }
      const chunk = toChunk(spoken, at, Math.min(spoken.piece.sound.length, at + chunkBytes));
      const takesMs = chunk.sound.length / bytesPerMs / delays.soundSpeed;
      this.#readyAtMs = Math.max(this.#readyAtMs, clock.monotonicMs()) + takesMs;
      this.#send(chunk);
      if (epoch !== this.#epoch) return;
    }
    this.#rest = null;
    this.#isBusy = false;
    this.#goOn();
  }
}

function toChunk({ startMs, piece }: Spoken, from: number, until: number): SpokenChunk {
  const [chunkStartMs, chunkEndMs] = [startMs + from / bytesPerMs, startMs + until / bytesPerMs];
  return {
    sound: piece.sound.subarray(from, until),
    startMs: chunkStartMs,
    words: piece.words.filter((word) => word.startMs >= chunkStartMs && word.startMs < chunkEndMs),
    piece,
    from,
  };
}
