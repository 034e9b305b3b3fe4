/** Keeps the account's pace: so many calls a second and so many at once, over all nodes. */
import type { Clock } from '../../base/clock.ts';
import { countCallsOnLines } from '../../store/calls.ts';
import type { Store } from '../../store/open-store.ts';
import { takePlace } from '../../store/pace.ts';
import type { Db } from '../../store/schema.ts';
import { DialRefused } from './dial-refused.ts';

export interface PaceLimits {
  account: string;
  callsPerSecond: number;
  maxConcurrentCalls: number;
}

/** A request that answers with the carrier's id waits this long for its turn. */
const longestWaitMs = 10_000;

/**
 * Takes the account's next place for a call and stores that call in the same transaction, so that no other request
 * can be counted out of it; gives what was stored and how long its turn is away, 10 s at most.
 * @throws DialRefused `dial/too-many-calls` or `dial/rate-limited`; nothing is stored then
 */
export async function takeAPlace<Stored>(
  parts: { store: Store; clock: Clock },
  limits: PaceLimits,
  storeCall: (db: Db) => Promise<Stored>,
): Promise<{ stored: Stored; waitMs: number }> {
  const { callsPerSecond, maxConcurrentCalls } = limits;
  const now = new Date(parts.clock.now());
  const request = { account: limits.account, now, intervalMs: 1000 / callsPerSecond, longestWaitMs };
  return await parts.store.transaction(async (db) => {
    const place = await takePlace(db, request);
    if (!place) {
      const message = `More calls are waiting than ${callsPerSecond} a second can place within 10 s (CALLS_PER_SECOND).`;
      throw new DialRefused('dial/rate-limited', message, { retryAfterSeconds: longestWaitMs / 1000 });
    }
    if ((await countCallsOnLines(db)) >= maxConcurrentCalls) {
      const message = `All ${maxConcurrentCalls} lines are busy (MAX_CONCURRENT_CALLS).`;
      throw new DialRefused('dial/too-many-calls', message, { retryAfterSeconds: 5 });
    }
    return { stored: await storeCall(db), waitMs: place.getTime() - now.getTime() };
  });
}

/** As far ahead as anybody may queue: a day of calls. */
const longestQueueMs = 24 * 3600 * 1000;

/**
 * Takes the account's next place however far away it is, and stores the call for that moment in the same transaction.
 * @throws DialRefused `dial/rate-limited` when a whole day of calls is waiting already
 */
export async function queueForAPlace<Stored>(
  parts: { store: Store; clock: Clock },
  limits: PaceLimits,
  storeCall: (db: Db, turnAt: Date) => Promise<Stored>,
): Promise<Stored> {
  const now = new Date(parts.clock.now());
  const intervalMs = 1000 / limits.callsPerSecond;
  return await parts.store.transaction(async (db) => {
    const place = await takePlace(db, { account: limits.account, now, intervalMs, longestWaitMs: longestQueueMs });
    if (!place) {
      const message = 'A whole day of calls is waiting already.';
      throw new DialRefused('dial/rate-limited', message, { retryAfterSeconds: 3600 });
    }
    return storeCall(db, place);
  });
}
