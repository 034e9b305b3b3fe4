/** Lets so many in at once and so many wait: a flood must not take what live calls need. */
import { CallwrightError } from '../base/errors.ts';

/** Too many wait already; nothing was done. Code `account/too-busy`. */
export class TooBusy extends CallwrightError {
  constructor() {
    super('account/too-busy', 'The server is checking too many passwords now. Try again in a moment.');
  }
}

/** Runs the work when its turn comes. @throws TooBusy */
export type Gate = <T>(work: () => Promise<T>) => Promise<T>;

export function createGate(atOnce: number, waitingAtMost: number): Gate {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running < atOnce) running += 1;
    else if (waiting.length >= waitingAtMost) throw new TooBusy();
    // Whoever ends hands its place on, so nobody can slip in between.
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
