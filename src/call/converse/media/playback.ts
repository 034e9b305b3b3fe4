/**
 * What the person hears of us: sound is handed to the carrier a little ahead of when it plays, so that a `clear` cuts
 * it off, and marks between tell how much was played. Each clear begins a new epoch: the carrier gives the marks of the
 * old one back at once, and they prove nothing.
 */
import { bytesPerMs } from '../../../audio/mulaw.ts';
import { frameBytes, frameMs } from '../../../audio/telephone-frame.ts';
import type { Clock } from '../../../base/clock.ts';
import type { MediaCommand } from '../../../ports/carrier.ts';
import type { Pacer } from './pacer.ts';
import { SoundQueue } from './sound-queue.ts';
import { type PlaceOfMark, Utterance } from './utterance.ts';

export type PlaybackEvent =
  | { type: 'first-frame'; utterance: number }
  | { type: 'played'; utterance: number; playedMs: number }
  | { type: 'finished'; utterance: number };

export interface PlaybackParts {
  clock: Clock;
  pacer: Pacer;
  send(command: MediaCommand): void;
  on(event: PlaybackEvent): void;
  /** This sound is heard from this moment of the clock on, unless it is cleared before. */
  willPlay(sound: Uint8Array, atMs: number): void;
  /** From this moment of the clock on nothing is heard of what was told to `willPlay`. */
  cleared(atMs: number): void;
  /** More sound waits than anybody would listen to: what comes is thrown away. */
  overfull(utterance: number): void;
}

/** How far ahead of what is being played the carrier is given sound. */
const leadMs = 200;
const mostWaitingBytes = 10 * 60_000 * bytesPerMs;
/** A carrier that has not confirmed by then what it must have played will hardly do so. */
const confirmMs = 1000;

interface PendingMark extends PlaceOfMark {
  sequence: number;
  utterance: Utterance;
}

export class Playback {
  readonly #parts: PlaybackParts;
  /** In the order of their numbers; the last one may still grow. */
  #utterances: Utterance[] = [];
  #newest: Utterance | null = null;
  /** Utterances up to this number are never heard any more. */
  #deadUpTo = Number.NEGATIVE_INFINITY;
  #isPaused = false;
  /** When the carrier has played all that it was given. */
  #dryAtMs = Number.NEGATIVE_INFINITY;
  #leavePacer: (() => void) | null = null;
  #aside = new SoundQueue();
  readonly #marks = new Marks();

  constructor(parts: PlaybackParts) {
    this.#parts = parts;
  }

  play(number: number, sound: Uint8Array): void {
    const utterance = this.#enter(number);
    if (!utterance || utterance.isEnded || sound.length === 0) return;
    if (this.#waitingBytes() + sound.length > mostWaitingBytes) return this.#parts.overfull(number);
    utterance.add(sound);
    this.#pump();
  }

  playAside(sound: Uint8Array): void {
    if (this.#deadUpTo === Number.POSITIVE_INFINITY) return;
    this.#aside.add(sound);
    this.#pump();
  }

  clearAside(): void {
    this.#aside = new SoundQueue();
  }

  confirmAt(number: number, playedMs: number): void {
    this.#enter(number)?.confirmAt(playedMs);
    this.#pump();
  }

  end(number: number): void {
    this.#enter(number)?.end();
    this.#pump();
  }

  pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#silence();
    for (const utterance of this.#utterances) utterance.rewind();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#pump();
  }

  clear(): { utterance: number; playedMs: number } | null {
    const newest = this.#newest;
    this.#silence();
    this.#utterances = [];
    this.#newest = null;
    this.#isPaused = false;
    if (!newest) return null;
    this.#deadUpTo = newest.number;
    return { utterance: newest.number, playedMs: newest.playedMs };
  }

  /** The carrier gave a mark back. */
  marked(name: string): void {
    for (const { utterance, ...place } of this.#marks.passed(name)) {
      if (!this.#utterances.includes(utterance)) continue;
      const { number } = utterance;
      if (place.isLast) this.#utterances = this.#utterances.filter((other) => other !== utterance);
      const isNews = utterance.confirm(place);
      if (isNews) this.#parts.on({ type: 'played', utterance: number, playedMs: utterance.playedMs });
      if (place.isLast && number > this.#deadUpTo) this.#parts.on({ type: 'finished', utterance: number });
    }
  }

  get isPlaying(): boolean {
    if (this.#utterances.some(({ hasUnsent }) => hasUnsent)) return true;
    const isOverdue = this.#parts.clock.monotonicMs() > this.#dryAtMs + confirmMs;
    return !isOverdue && this.#utterances.some(({ hasUnconfirmed }) => hasUnconfirmed);
  }

  /** Nothing is sent or told any more. */
  stop(): void {
    this.#leave();
    this.#parts.cleared(this.#parts.clock.monotonicMs());
    this.#utterances = [];
    this.#newest = null;
    this.#dryAtMs = Number.NEGATIVE_INFINITY;
    this.#deadUpTo = Number.POSITIVE_INFINITY;
  }

  /** The utterance of this number, which ends all older ones; null when it is older itself, or dead. */
  #enter(number: number): Utterance | null {
    if (!(number > this.#deadUpTo)) return null;
    if (this.#newest && number <= this.#newest.number) return number === this.#newest.number ? this.#newest : null;
    this.#newest?.end();
    this.#newest = new Utterance(number);
    this.#utterances.push(this.#newest);
    return this.#newest;
  }

  #waitingBytes(): number {
    return this.#utterances.reduce((sum, { unsentFrames }) => sum + unsentFrames * frameBytes, 0);
  }

  /** Hands the carrier what it needs until it is ahead by the lead, and comes back with the pacer for the rest. */
  #pump(): void {
    const { clock, send, on, willPlay, pacer } = this.#parts;
    const nowMs = clock.monotonicMs();
    while (!this.#isPaused) {
      const utterance = this.#utterances.find(({ hasWork }) => hasWork);
      const aside = !utterance && (this.#newest?.isEnded ?? true) && this.#aside.unsentFrames > 0;
      if (!utterance && !aside) return this.#leave();
      const place = utterance?.takeMark();
      if (place && utterance) {
        send({ type: 'mark', name: this.#marks.add({ ...place, utterance }) });
        continue;
      }
      if (this.#dryAtMs - nowMs > leadMs - frameMs) {
        this.#leavePacer ??= pacer.join(() => this.#pump());
        return;
      }
      const frame = utterance ? utterance.next() : this.#aside.next();
      if (!frame) continue;
      const atMs = Math.max(this.#dryAtMs, nowMs);
      this.#dryAtMs = atMs + frame.length / bytesPerMs;
      send({ type: 'audio', sound: frame });
      willPlay(frame, atMs);
      if (utterance?.begin()) on({ type: 'first-frame', utterance: utterance.number });
    }
  }

  #leave(): void {
    this.#leavePacer?.();
    this.#leavePacer = null;
  }

  #silence(): void {
    this.#leave();
    const nowMs = this.#parts.clock.monotonicMs();
    const isHeard = this.#dryAtMs > nowMs || this.#utterances.some(({ hasUnconfirmed }) => hasUnconfirmed);
    this.#marks.forget();
    this.#dryAtMs = Number.NEGATIVE_INFINITY;
    if (!isHeard) return;
    this.#parts.send({ type: 'clear' });
    this.#parts.cleared(nowMs);
  }
}

const nameOf = (sequence: number) => `played-${sequence}`;

/** The marks that the carrier owes us, in their order. */
class Marks {
  #sequence = 0;
  #pending: PendingMark[] = [];

  /** Gives the name to send. */
  add(mark: Omit<PendingMark, 'sequence'>): string {
    this.#sequence += 1;
    this.#pending.push({ ...mark, sequence: this.#sequence });
    return nameOf(this.#sequence);
  }

  /** Those that have been passed: this one, and all before it. None where the name is not one that is owed. */
  passed(name: string): PendingMark[] {
    const index = this.#pending.findIndex(({ sequence }) => name === nameOf(sequence));
    return this.#pending.splice(0, index + 1);
  }

  /** Nothing that was sent before proves anything from now on. */
  forget(): void {
    this.#pending = [];
  }
}
