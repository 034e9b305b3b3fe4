/**
 * How the account fares at the carrier, and whether it may be asked now: a pause after it wants fewer requests, a
 * breaker when half of the last requests came to nothing, and one careful request before the breaker closes. Pure.
 */

/** What came of one request for a call. `unclear`: a phone may ring, nobody knows. */
export type DialOutcome =
  | { type: 'taken' | 'declined' | 'unclear' }
  | { type: 'throttled' | 'locked-out' | 'unreachable'; retryAfterSeconds: number | null };

export interface AccountHealth {
  /** Of the last requests, oldest first: whether each got a clear answer. */
  recent: boolean[];
  /** How many were turned away one after another, and until when nothing is asked because of that. */
  turnedAway: number;
  heldUntilMs: number;
  /** Until when the breaker is open; null while it is closed. */
  openUntilMs: number | null;
  /** How often it opened without closing in between. */
  opened: number;
  /** Until when one careful request is waited for. */
  probedUntilMs: number;
  why: DialOutcome['type'] | null;
  /** When the carrier last said that the account is shut; absent: it did not. */
  shutAtMs?: number;
}

export const goodHealth: AccountHealth = {
  ...{ recent: [], turnedAway: 0, heldUntilMs: 0, openUntilMs: null, opened: 0, probedUntilMs: 0, why: null },
};

const remembered = 20;
const failedToOpen = 10;
const firstHoldMs = 1000;
const longestHoldMs = 60_000;
const firstOpenMs = 10_000;
const longestOpenMs = 5 * 60_000;
/** An account that is shut needs a person; it is looked at again this often. */
const lockedOutMs = 60_000;
/** The careful request is answered, or given up, within the time limit of a request. */
const probeMs = 15_000;

export const isGood = (health: AccountHealth): boolean =>
  health.openUntilMs === null && health.turnedAway === 0 && !health.recent.includes(false);

/** How many requests may be made now, and when to ask again where it is none. */
export function requestsAllowed(health: AccountHealth, nowMs: number): { most: number; againAtMs: number } {
  const { heldUntilMs, openUntilMs, probedUntilMs } = health;
  if (isAhead(heldUntilMs, nowMs, longestHoldMs)) return { most: 0, againAtMs: heldUntilMs };
  if (openUntilMs === null) return { most: Number.POSITIVE_INFINITY, againAtMs: nowMs };
  const shutUntilMs = Math.max(openUntilMs, probedUntilMs);
  const isShut = isAhead(shutUntilMs, nowMs, longestOpenMs);
  return isShut ? { most: 0, againAtMs: shutUntilMs } : { most: 1, againAtMs: nowMs };
}

/** A moment further away than any pause lasts was written before a clock was set back. */
const isAhead = (untilMs: number, nowMs: number, longestMs: number) => untilMs > nowMs && untilMs <= nowMs + longestMs;

/** A request is about to be made: while the breaker is open it is the only one for a while. */
export function whileAsking(health: AccountHealth, nowMs: number): AccountHealth {
  return health.openUntilMs === null ? health : { ...health, probedUntilMs: nowMs + probeMs };
}

/** @param fraction random, from 0 up to 1: full jitter */
export function afterOutcome(
  health: AccountHealth,
  outcome: DialOutcome,
  { nowMs, fraction }: { nowMs: number; fraction: number },
): AccountHealth {
  switch (outcome.type) {
    case 'taken':
    case 'declined':
      return answered(health);
    case 'throttled':
      return held(health, outcome, { nowMs, fraction });
    case 'unreachable':
      return failed(held(health, outcome, { nowMs, fraction }), 'unreachable', nowMs);
    case 'unclear':
      return failed(health, 'unclear', nowMs);
    case 'locked-out': {
      const openUntilMs = nowMs + Math.max(lockedOutMs, backOffMs(firstOpenMs, longestOpenMs, health.opened));
      const opened = health.opened + 1;
      return { ...health, why: 'locked-out', opened, openUntilMs, probedUntilMs: 0, shutAtMs: nowMs };
    }
  }
}

function answered(health: AccountHealth): AccountHealth {
  if (health.openUntilMs !== null) return goodHealth;
  const recent = remember(health.recent, true);
  return recent.includes(false) ? { ...health, recent, turnedAway: 0, heldUntilMs: 0 } : goodHealth;
}

function held(
  health: AccountHealth,
  outcome: Extract<DialOutcome, { retryAfterSeconds: unknown }>,
  { nowMs, fraction }: { nowMs: number; fraction: number },
): AccountHealth {
  const jitterMs = fraction * backOffMs(firstHoldMs, longestHoldMs, health.turnedAway);
  const askedMs = Math.min((outcome.retryAfterSeconds ?? 0) * 1000, longestHoldMs);
  const heldUntilMs = Math.max(health.heldUntilMs, nowMs + Math.max(askedMs, jitterMs));
  return { ...health, turnedAway: health.turnedAway + 1, heldUntilMs, why: outcome.type, probedUntilMs: 0 };
}

function failed(health: AccountHealth, why: 'unreachable' | 'unclear', nowMs: number): AccountHealth {
  const recent = remember(health.recent, false);
  const isBroken = health.openUntilMs !== null || recent.filter((isGoodOne) => !isGoodOne).length >= failedToOpen;
  if (!isBroken) return { ...health, recent, why };
  // Requests that were under way when it opened tell nothing new.
  if (health.openUntilMs !== null && health.openUntilMs > nowMs) return { ...health, recent };
  const openUntilMs = nowMs + backOffMs(firstOpenMs, longestOpenMs, health.opened);
  return { ...health, recent, why, openUntilMs, opened: health.opened + 1, probedUntilMs: 0 };
}

const remember = (recent: readonly boolean[], isGoodOne: boolean) => [...recent, isGoodOne].slice(-remembered);
const backOffMs = (firstMs: number, longestMs: number, times: number) =>
  Math.min(firstMs * 2 ** Math.min(times, 20), longestMs);
