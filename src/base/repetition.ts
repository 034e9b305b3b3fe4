/** Does a piece of work again and again: one at a time, so long after the last time was done, until it is stopped. */
import type { CancelTimer, Clock } from './clock.ts';
import { messageOf } from './errors.ts';
import type { Logger } from './log.ts';

export interface Repetition {
  /** The first time is now. */
  start(): void;
  /** Begins nothing any more, and resolves when what is being done is done. */
  stop(): Promise<void>;
  /** Once, out of turn; never rejects. */
  workNow(): Promise<void>;
}

/** How often something looks for work of which nobody tells it. */
export interface Rhythm {
  /** Each work has its own unless this is given. */
  lookEveryMs?: number;
}

export interface RepetitionParts {
  clock: Clock;
  log: Logger;
  everyMs: number;
  /** Logged when the work rejects; it is done again all the same. */
  complaint: string;
}

/** @param work is told by the signal that it should come to an end */
export function createRepetition(
  { clock, log, everyMs, complaint }: RepetitionParts,
  work: (stopping: AbortSignal) => Promise<void>,
): Repetition {
  const stopping = new AbortController();
  let cancelTimer: CancelTimer = () => {};
  let working: Promise<void> = Promise.resolve();
  const workNow = async () => {
    try {
      await work(stopping.signal);
    } catch (error) {
      log.error({ reason: messageOf(error) }, complaint);
    }
  };
  const begin = () => {
    working = workNow().then(() => {
      if (!stopping.signal.aborted) cancelTimer = clock.startTimer(everyMs, begin);
    });
  };
  return {
    start: begin,
    async stop() {
      stopping.abort();
      cancelTimer();
      await working;
    },
    workNow,
  };
}
