/** Where time comes from: the system, a faster system for simulated people, or a test's own hand. */

/** Stops a timer that has not fired; harmless afterwards. */
export type CancelTimer = () => void;

export interface Clock {
  /** Wall-clock time in milliseconds since 1970-01-01T00:00:00Z; may jump when the system's clock is set. */
  now(): number;
  /** Milliseconds since some fixed moment; never jumps, so it is the one to measure durations with. */
  monotonicMs(): number;
  /** Calls `work` once after `ms` milliseconds; such a timer does not keep the process alive by itself. */
  startTimer(ms: number, work: () => void): CancelTimer;
}

/** The longest wait the runtime's own timers can hold (2^31 - 1 ms); a longer one would fire at once. */
const longestTimerMs = 2_147_483_647;

function startSystemTimer(ms: number, work: () => void): CancelTimer {
  const timer = setTimeout(work, Math.min(Math.max(ms, 0), longestTimerMs));
  timer.unref();
  return () => clearTimeout(timer);
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  startTimer: startSystemTimer,
};

/** A clock on which everything happens `speed` times as fast; it starts at the true time. */
export function createFastClock(speed: number): Clock {
  const startedAtWall = Date.now();
  const startedAt = performance.now();
  const elapsedMs = () => (performance.now() - startedAt) * speed;
  return {
    now: () => Math.round(startedAtWall + elapsedMs()),
    monotonicMs: elapsedMs,
    startTimer: (ms, work) => startSystemTimer(ms / speed, work),
  };
}

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Moves time on, firing every timer that falls due, in order; timers set meanwhile count too. */
  advance(ms: number): void;
  /** How many timers are waiting. */
  readonly pendingTimers: number;
}

/** Less than this would be lost beside a wall clock's number, and who waits for it again and again would wait forever. */
const leastMs = 0.001;

export function createFakeClock(startMs = Date.UTC(2026, 0, 5, 15, 0, 0)): FakeClock {
  let currentMs = startMs;
  let lastId = 0;
  const timers = new Map<number, { atMs: number; work: () => void }>();
  const nextDue = (untilMs: number) => {
    let best: { id: number; atMs: number; work: () => void } | undefined;
    for (const [id, timer] of timers) {
      if (timer.atMs <= untilMs && (!best || timer.atMs < best.atMs)) best = { id, ...timer };
    }
    return best;
  };
  return {
    now: () => currentMs,
    monotonicMs: () => currentMs - startMs,
    startTimer(ms, work) {
      lastId += 1;
      const id = lastId;
      timers.set(id, { atMs: ms > 0 ? currentMs + Math.max(ms, leastMs) : currentMs, work });
      return () => timers.delete(id);
    },
    advance(ms) {
      const untilMs = currentMs + ms;
      for (let due = nextDue(untilMs); due; due = nextDue(untilMs)) {
        timers.delete(due.id);
        currentMs = Math.max(currentMs, due.atMs);
        due.work();
      }
      currentMs = untilMs;
    },
    get pendingTimers() {
      return timers.size;
    },
  };
}

/** Resolves after `ms` on the given clock, or at once when `signal` is aborted. */
export function waitFor(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const onAbort = () => {
      cancel();
      resolve();
    };
    const cancel = clock.startTimer(ms, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
