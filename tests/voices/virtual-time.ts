/** Time that passes only when a test lets it: one timer at a time, and whatever it set off is done before the next. */
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../src/base/clock.ts';

export interface VirtualTime extends Clock {
  /** Lets time pass, or as much of it as goes by until `isOver`. */
  run(ms: number, isOver?: () => boolean): Promise<void>;
  readonly pendingTimers: number;
}

interface Timer {
  id: number;
  atMs: number;
  work(): void;
}

const beginsAtMs = Date.UTC(2026, 0, 5, 15, 0, 0);

export function createVirtualTime(): VirtualTime {
  const timers = new Map<number, Timer>();
  let [elapsedMs, lastId] = [0, 0];
  /** The first to be due; of one moment, the first that was set. */
  const next = () => {
    let first: Timer | null = null;
    for (const timer of timers.values()) if (!first || timer.atMs < first.atMs) first = timer;
    return first;
  };
  return {
    now: () => beginsAtMs + Math.floor(elapsedMs),
    monotonicMs: () => elapsedMs,
    startTimer(ms, work) {
      lastId += 1;
      const id = lastId;
      timers.set(id, { id, atMs: elapsedMs + Math.max(ms, 0), work });
      return () => timers.delete(id);
    },
    async run(ms, isOver = () => false) {
      const untilMs = elapsedMs + ms;
      await setImmediate();
      for (let due = next(); due && due.atMs <= untilMs && !isOver(); due = next()) {
        timers.delete(due.id);
        elapsedMs = due.atMs;
        due.work();
        await setImmediate();
      }
      if (!isOver()) elapsedMs = untilMs;
    },
    get pendingTimers() {
      return timers.size;
    },
  };
}
