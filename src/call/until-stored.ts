/** Tries again and again what has to be stored and that nobody else knows. */
import { type Clock, waitFor } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';

const firstWaitMs = 250;
const longestWaitMs = 10_000;
/** After that the call is found by its next look-up, at the latest a minute after its longest duration. */
const giveUpAfterMs = 10 * 60_000;

/** Does `work` until it does not reject, or for ten minutes; never rejects. All of it is done again. */
export async function untilStored(
  { clock, log }: { clock: Clock; log: Logger },
  work: () => Promise<unknown>,
): Promise<void> {
  const startedMs = clock.monotonicMs();
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(2 * waitMs, longestWaitMs)) {
    try {
      await work();
      return;
    } catch (error) {
      const isLast = clock.monotonicMs() - startedMs >= giveUpAfterMs;
      log.warn({ reason: messageOf(error) }, isLast ? 'not stored, and given up' : 'not stored: tried again soon');
      if (isLast) return;
    }
    await waitFor(clock, waitMs);
  }
}
