/** Bounds one piece of outside work by time and by an abort, whichever comes first. */
import type { Clock } from '../base/clock.ts';

export interface Deadline {
  clock: Clock;
  ms: number;
  /** Ends the wait early. */
  signal: AbortSignal;
}

/** The work's result, or why nobody waits for it any more; the signal handed to `work` is aborted then. */
export function withDeadline<T>(
  { clock, ms, signal }: Deadline,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | 'timed-out' | 'aborted'> {
  if (signal.aborted) return Promise.resolve('aborted');
  const inner = new AbortController();
  return new Promise((resolve, reject) => {
    const cancelTimer = clock.startTimer(ms, () => settle(() => resolve('timed-out')));
    const onAbort = () => settle(() => resolve('aborted'));
    const settle = (finish: () => void) => {
      cancelTimer();
      signal.removeEventListener('abort', onAbort);
      finish();
      inner.abort();
    };
    signal.addEventListener('abort', onAbort);
    work(inner.signal).then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error)),
    );
  });
}
