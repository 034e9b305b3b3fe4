/** Lets one user at a time through, the most urgent first and among equals in the order they came, and none for ever. */
import type { Clock } from '../../base/clock.ts';
import { CallwrightError } from '../../base/errors.ts';
import { type Urgency, urgencies } from '../urgency.ts';

/** The longest wait for one's turn; a Postgres server's pool has the same. */
export const longestWaitMs = 10_000;
/** Who has waited so long goes before everybody who came later, so that nobody is passed over for ever. */
export const patienceMs = 250;

export interface Turnstile {
  /**
   * Resolves when it is one's turn, to the function that ends the turn.
   * @throws CallwrightError `store/busy` after 10 s in the queue, `store/closed` once closed
   */
  enter(urgency: Urgency): Promise<() => void>;
  /** Lets in nobody new and resolves when everybody is through. */
  close(): Promise<void>;
}

interface Waiting {
  sinceMs: number;
  admit(): void;
}

/** @param lanes those who wait, most urgent first, each lane in the order they came */
function takeNext(lanes: readonly Waiting[][], nowMs: number): Waiting | undefined {
  const firsts = lanes.flatMap((lane) => lane[0] ?? []);
  const impatient = firsts.filter(({ sinceMs }) => nowMs - sinceMs >= patienceMs);
  const [next] = impatient.length > 0 ? impatient.toSorted((one, other) => one.sinceMs - other.sinceMs) : firsts;
  return lanes.find((lane) => lane[0] === next)?.shift();
}

export function createTurnstile(clock: Clock): Turnstile {
  const lanes: readonly Waiting[][] = urgencies.map(() => []);
  const emptied = Promise.withResolvers<void>();
  let isTaken = false;
  let isClosed = false;

  const leave = () => {
    const next = takeNext(lanes, clock.monotonicMs());
    if (next) return next.admit();
    isTaken = false;
    if (isClosed) emptied.resolve();
  };

  const waitForTurn = (urgency: Urgency) =>
    new Promise<void>((resolve, reject) => {
      const lane = lanes[urgencies.indexOf(urgency)] ?? [];
      const waiting: Waiting = {
        sinceMs: clock.monotonicMs(),
        admit() {
          cancel();
          resolve();
        },
      };
      const cancel = clock.startTimer(longestWaitMs, () => {
        lane.splice(lane.indexOf(waiting), 1);
        reject(new CallwrightError('store/busy', `The database was not free for ${longestWaitMs / 1000} s.`));
      });
      lane.push(waiting);
    });

  return {
    async enter(urgency) {
      if (isClosed) throw new CallwrightError('store/closed', 'The store was closed.');
      if (isTaken) await waitForTurn(urgency);
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
