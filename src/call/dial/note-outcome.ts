/** Keeps what came of requests to the carrier with the account, so that all nodes pause and try again together. */
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import type { Store } from '../../store/open-store.ts';
import { findPace, lockPace, savePace } from '../../store/pace.ts';
import { type AccountHealth, afterOutcome, type DialOutcome, goodHealth, isGood } from './account-health.ts';
import type { PaceLimits } from './pace.ts';

export const toHealth = (stored: unknown): AccountHealth => (stored as AccountHealth | null) ?? goodHealth;

/** Never rejects: what is known of a call must not be lost because this could not be stored. */
export async function noteOutcome(
  parts: { store: Store; clock: Clock; random: Random; log: Logger; pace: PaceLimits },
  outcome: DialOutcome,
): Promise<void> {
  const { store, clock, random, log } = parts;
  const { account } = parts.pace;
  try {
    const isClear = outcome.type === 'taken' || outcome.type === 'declined';
    // As long as all goes well there is nothing to write.
    if (isClear && isGood(toHealth((await findPace(store.db, account))?.health))) return;
    const fraction = random.fraction();
    const changed = await store.transaction(async (db) => {
      const now = new Date(clock.now());
      const before = toHealth((await lockPace(db, account, now)).health);
      const after = afterOutcome(before, outcome, { nowMs: now.getTime(), fraction });
      await savePace(db, account, { health: isGood(after) ? null : after });
      return { before, after };
    });
    tell(log, changed);
  } catch (error) {
    log.error({ reason: messageOf(error) }, 'the outcome of a request to the carrier could not be noted');
  }
}

function tell(log: Logger, { before, after }: { before: AccountHealth; after: AccountHealth }): void {
  const until = after.openUntilMs === null ? null : new Date(after.openUntilMs).toISOString();
  const told = { until, why: after.why };
  // Somebody is alarmed once, however often it is tried again.
  if (after.opened > 0 && before.opened === 0) log.error(told, 'the carrier is not asked for calls now');
  else if (after.opened > before.opened) log.warn(told, 'the carrier still takes no calls');
  if (before.opened > 0 && after.opened === 0) log.info({}, 'the carrier is asked for calls again');
}
