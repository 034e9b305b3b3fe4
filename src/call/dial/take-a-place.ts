/** Keeps the account's pace: so many calls a second and so many at once, over all nodes. */
import { type Clock, waitFor } from '../../base/clock.ts';
import { countUnfinishedCalls } from '../../store/calls.ts';
import type { Store } from '../../store/open-store.ts';
import { takePlace } from '../../store/pace.ts';
import { DialRefused } from './may-dial.ts';

export interface PaceLimits {
  account: string;
  callsPerSecond: number;
  maxConcurrentCalls: number;
}

/** A request that answers with the carrier's id waits this long for its turn. */
const longestWaitMs = 10_000;

/**
 * Waits for this call's turn, 10 s at most.
 * @throws DialRefused `dial/too-many-calls` or `dial/rate-limited`
 */
export async function takeAPlace(parts: { store: Store; clock: Clock }, limits: PaceLimits): Promise<void> {
  const { store, clock } = parts;
  const now = new Date(clock.now());
  const place = await store.transaction(async (db) => {
    const intervalMs = 1000 / limits.callsPerSecond;
    const taken = await takePlace(db, { account: limits.account, now, intervalMs, longestWaitMs });
    if (taken && (await countUnfinishedCalls(db)) >= limits.maxConcurrentCalls) {
      const message = `All ${limits.maxConcurrentCalls} lines are busy (MAX_CONCURRENT_CALLS).`;
      throw new DialRefused('dial/too-many-calls', message, 5);
    }
    return taken;
  });
  if (!place) {
    const message = `More calls are waiting than ${limits.callsPerSecond} a second can place within 10 s (CALLS_PER_SECOND).`;
    throw new DialRefused('dial/rate-limited', message, longestWaitMs / 1000);
  }
  await waitFor(clock, place.getTime() - now.getTime());
}
