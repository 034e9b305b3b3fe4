/** Whether a request that waits for the carrier's answer may wait for it: refused at once where that would be in vain. */
import type { Clock } from '../../base/clock.ts';
import { countLines, countRequestsFrom, countWaitingRequests, isOnTheLine } from '../../store/call-queue.ts';
import { countCallsOnLines } from '../../store/calls.ts';
import { listNumberLimits } from '../../store/number-paces.ts';
import { lockPace } from '../../store/pace.ts';
import { everyone } from '../../store/reach.ts';
import type { Db } from '../../store/schema.ts';
import { requestsAllowed } from './account-health.ts';
import { checkAllowance } from './client-limits.ts';
import { DialRefused } from './dial-refused.ts';
import { findNumberTurns } from './find-number-turns.ts';
import { toHealth } from './note-outcome.ts';
import { type PaceLimits, placesAt } from './pace.ts';

/** As long as such a request waits for its turn. */
export const longestWaitMs = 10_000;
const waitForALineSeconds = 5;

/**
 * Ask in the transaction that stores the call; it lets one asker through at a time.
 * @throws DialRefused `dial/carrier-unavailable`, `dial/rate-limited`, `dial/already-on-the-line`, `dial/too-many-calls`,
 * `dial/number-rate-limited`, `dial/number-lines-busy` or one of a client's limits
 */
export async function checkTurn(
  { clock, pace, maxCallsOnLines }: { clock: Clock; pace: PaceLimits; maxCallsOnLines: number },
  db: Db,
  { to, from, clientId }: { to: string; from: string; clientId: string | null },
): Promise<void> {
  const nowMs = clock.now();
  const row = await lockPace(db, pace.account, new Date(nowMs));
  checkCarrier(row.health, nowMs);
  const before = await countWaitingRequests(db, everyone);
  if (placesAt(pace, row.nextAt.getTime(), nowMs).nextAtMs(before) - nowMs > longestWaitMs) {
    const message = `More calls are waiting than ${pace.callsPerSecond} a second can place within 10 s (CALLS_PER_SECOND).`;
    throw new DialRefused('dial/rate-limited', message, { retryAfterSeconds: longestWaitMs / 1000 });
  }
  if ((await countCallsOnLines(db)) + before >= maxCallsOnLines) {
    const message = `All ${maxCallsOnLines} lines are busy (MAX_CONCURRENT_CALLS).`;
    throw new DialRefused('dial/too-many-calls', message, { retryAfterSeconds: waitForALineSeconds });
  }
  await checkNumber(db, { pace, from, nowMs });
  await checkAllowance(db, { clientId, nowMs, dialsNow: true });
  if (await isOnTheLine(db, to)) {
    const message = 'Another call rings this number or talks to it; a person is not called twice at once.';
    throw new DialRefused('dial/already-on-the-line', message, { retryAfterSeconds: waitForALineSeconds });
  }
}

/** The number that the call would be made from has limits of its own. */
async function checkNumber(
  db: Db,
  { pace, from, nowMs }: { pace: PaceLimits; from: string; nowMs: number },
): Promise<void> {
  const waiting = await countRequestsFrom(db, from);
  const limits = await listNumberLimits(db);
  const turns = await findNumberTurns(db, pace, { limits, nowMs });
  const waitMs = (turns.nextAtMs(from, waiting) ?? nowMs) - nowMs;
  if (waitMs > longestWaitMs) {
    const message = 'More calls wait from this number than its calls_per_minute lets it make within 10 s.';
    throw new DialRefused('dial/number-rate-limited', message, { retryAfterSeconds: Math.ceil(waitMs / 1000) });
  }
  const most = limits.find(({ number }) => number === from)?.concurrent_calls ?? null;
  if (most === null) return;
  const lines = (await countLines(db)).filter((line) => line.from_number === from && line.direction === 'outbound');
  if (lines.reduce((sum, { calls }) => sum + calls, waiting) < most) return;
  const message = `All ${most} lines of this number are busy (concurrent_calls).`;
  throw new DialRefused('dial/number-lines-busy', message, { retryAfterSeconds: waitForALineSeconds });
}

function checkCarrier(health: unknown, nowMs: number): void {
  const { most, againAtMs } = requestsAllowed(toHealth(health), nowMs);
  if (most > 0) return;
  const retryAfterSeconds = Math.max(Math.ceil((againAtMs - nowMs) / 1000), 1);
  const message = 'The carrier takes no calls now.';
  throw new DialRefused('dial/carrier-unavailable', message, { retryAfterSeconds });
}
