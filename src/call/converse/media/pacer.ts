/** One shared ticker for the sound of all calls: it runs only while somebody has something to play. */
import type { CancelTimer, Clock } from '../../../base/clock.ts';

export interface Pacer {
  /** Calls `tick` about every 20 ms, never from within `join` itself, until what is given back is called. */
  join(tick: () => void): () => void;
}

const tickMs = 20;

/** `onTick` hears how late each tick was. Ticks may come late, and two that are due at once come as one: who is called looks at the clock. */
export function createPacer(clock: Clock, onTick: (lateMs: number) => void = () => {}): Pacer {
  const ticks = new Set<() => void>();
  let cancel: CancelTimer | null = null;
  let dueMs = 0;

  const schedule = () => {
    const nowMs = clock.monotonicMs();
    dueMs = Math.max(dueMs + tickMs, nowMs);
    cancel = clock.startTimer(dueMs - nowMs, run);
  };
  const run = () => {
    cancel = null;
    onTick(Math.max(clock.monotonicMs() - dueMs, 0));
    try {
      for (const tick of ticks) tick();
    } finally {
      if (ticks.size > 0 && !cancel) schedule();
    }
  };
  return {
    join(tick) {
      ticks.add(tick);
      if (!cancel) {
        dueMs = clock.monotonicMs();
        schedule();
      }
      return () => {
        if (!ticks.delete(tick) || ticks.size > 0) return;
        cancel?.();
        cancel = null;
      };
    },
  };
}
