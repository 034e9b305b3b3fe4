/** Lets one user at a time through, in the order they came, and none for ever. */
import type { Clock } from '../../base/clock.ts';
import { CallwrightError } from '../../base/errors.ts';

/** The longest wait for one's turn; a Postgres server's pool has the same. */
export const longestWaitMs = 10_000;

export interface Turnstile {
  /**
   * Resolves when it is one's turn, to the function that ends the turn.
   * @throws CallwrightError `store/busy` after 10 s in the queue, `store/closed` once closed
   */
  enter(): Promise<() => void>;
  /** Lets in nobody new and resolves when everybody is through. */
  close(): Promise<void>;
}

export function createTurnstile(clock: Clock): Turnstile {
  const queue: (() => void)[] = [];
  const emptied = Promise.withResolvers<void>();
  let isTaken = false;
  let isClosed = false;

  const leave = () => {
    const next = queue.shift();
    if (next) return next();
    isTaken = false;
    if (isClosed) emptied.resolve();
  };

  const waitForTurn = () =>
    new Promise<void>((resolve, reject) => {
      const admit = () => {
        cancel();
        resolve();
      };
      const cancel = clock.startTimer(longestWaitMs, () => {
        queue.splice(queue.indexOf(admit), 1);
        reject(new CallwrightError('store/busy', `The database was not free for ${longestWaitMs / 1000} s.`));
      });
      queue.push(admit);
    });

  return {
    async enter() {
      if (isClosed) throw new CallwrightError('store/closed', 'The store was closed.');
      if (isTaken) await waitForTurn();
      isTaken = true;
      return leave;
    },
    close() {
      isClosed = true;
      if (!isTaken) emptied.resolve();
      return emptied.promise;
    },
  };
}
