/** One timer for the frames of all media streams: ticks every 20 ms as long as there is a stream. */
import type { CancelTimer, Clock } from '../../base/clock.ts';
import { frameMs } from './streamed-sound.ts';

export class FrameTicker {
  readonly #clock: Clock;
  readonly #works = new Set<() => void>();
  #nextAtMs = 0;
  #cancelTimer: CancelTimer | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `work` at every tick; gives back what ends that. */
  add(work: () => void): () => void {
    this.#works.add(work);
    if (!this.#cancelTimer) {
      this.#nextAtMs = this.#clock.monotonicMs() + frameMs;
      this.#arm();
    }
    return () => {
      this.#works.delete(work);
      if (this.#works.size > 0) return;
      this.#cancelTimer?.();
      this.#cancelTimer = null;
    };
  }

  #arm(): void {
    this.#cancelTimer = this.#clock.startTimer(this.#nextAtMs - this.#clock.monotonicMs(), () => this.#tick());
  }

  /** A tick that comes late does not make the next one late; ticks that were missed altogether are left out. */
  #tick(): void {
    const lateMs = Math.max(0, this.#clock.monotonicMs() - this.#nextAtMs);
    this.#nextAtMs += frameMs * (1 + Math.floor(lateMs / frameMs));
    this.#cancelTimer = null;
    for (const work of [...this.#works]) work();
    if (this.#works.size > 0 && !this.#cancelTimer) this.#arm();
  }
}
