/** Lets calls out one after another at the account's calls per second. */
import type { CancelTimer, Clock } from '../base/clock.ts';

interface Waiting {
  dueMs: number;
  work: () => void;
}

export class CallQueue {
  readonly #clock: Clock;
  readonly #gapMs: number;
  readonly #waiting: Waiting[] = [];
  #freeAtMs = 0;
  #cancelTimer: CancelTimer | null = null;

  /** `callsPerSecond` may be `Infinity`. */
  constructor(clock: Clock, callsPerSecond: number) {
    this.#clock = clock;
    this.#gapMs = 1000 / callsPerSecond;
  }

  /** How long a call that came now would wait. */
  get waitMs(): number {
    return Math.max(0, this.#freeAtMs - this.#clock.monotonicMs());
  }

  /** Runs `work` when its turn comes, never before this returns; gives back the wait. */
  add(work: () => void): number {
    const { waitMs } = this;
    const dueMs = this.#clock.monotonicMs() + waitMs;
    this.#freeAtMs = dueMs + this.#gapMs;
    this.#waiting.push({ dueMs, work });
    this.#arm();
    return waitMs;
  }

  /** Forgets everything that waits. */
  stop(): void {
    this.#waiting.length = 0;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  #arm(): void {
    const [first] = this.#waiting;
    if (!first || this.#cancelTimer) return;
    this.#cancelTimer = this.#clock.startTimer(first.dueMs - this.#clock.monotonicMs(), () => this.#release());
  }

  #release(): void {
    this.#cancelTimer = null;
    const now = this.#clock.monotonicMs();
    // A millisecond of tolerance, because the runtime may fire a timer a fraction early.
    while (this.#waiting[0] && this.#waiting[0].dueMs <= now + 1) this.#waiting.shift()?.work();
    this.#arm();
  }
}
