/** The account's pace: so many requests a second to the carrier, evenly, with a little made up after a delay. Pure. */

export interface PaceLimits {
  /** Whose pace it is, over all nodes. */
  account: string;
  callsPerSecond: number;
  /** Calls from a number of ours that has no limit of its own; null: as many as the account may make. */
  perNumberPerMinute: number | null;
}

/** As much as a claim may have been late: calls of that time go out together, a slow one-a-second never two. */
const catchUpMs = 100;
/** The clocks of nodes may differ by so much. */
const clocksDifferMs = 5000;

interface Places {
  /** How many may be sent now. */
  free: number;
  /** When the next may be sent after `taken` of them. */
  nextAtMs(taken: number): number;
}

/** @param nextAtMs when the next request may be sent, as it was left by whoever sent the last */
export function placesAt(
  { callsPerSecond }: Pick<PaceLimits, 'callsPerSecond'>,
  nextAtMs: number,
  nowMs: number,
): Places {
  const intervalMs = 1000 / callsPerSecond;
  if (intervalMs === 0) return { free: Number.POSITIVE_INFINITY, nextAtMs: () => nowMs };
  const atOnce = Math.max(1, Math.floor(catchUpMs / intervalMs));
  // Nobody takes places of the future: a moment far ahead was written before a clock was set back.
  const leftAtMs = nextAtMs > nowMs + atOnce * intervalMs + clocksDifferMs ? nowMs : nextAtMs;
  const firstMs = Math.max(leftAtMs, nowMs - (atOnce - 1) * intervalMs);
  const free = firstMs > nowMs ? 0 : Math.floor((nowMs - firstMs) / intervalMs + 1e-6) + 1;
  return { free, nextAtMs: (taken) => firstMs + taken * intervalMs };
}
