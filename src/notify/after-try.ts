/** What becomes of a delivery after a try: pure. */

/** What a try came to: the status of the answer, or none. */
export interface TryResult {
  status: number | null;
}

export type AfterTry = { status: 'delivered' } | { status: 'waiting'; nextTryAtMs: number } | { status: 'failed' };

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** How long after each try the next one comes; after the last of them there is none. */
export const pausesMs = [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 10 * hour] as const;
/** Pauses differ by this share, so that what failed together does not come back together. */
const jitter = 0.2;

/** An endpoint at which nothing gets through for so long is switched off. */
export const mostFailingMs = 5 * 24 * hour;

export const isDelivered = ({ status }: TryResult) => status !== null && status >= 200 && status < 300;
/** The receiver's own word that it is there no more. */
export const isGone = ({ status }: TryResult) => status === 410;

/** @param fraction from 0 to 1, not included */
export function afterTry(
  result: TryResult,
  tries: number,
  { nowMs, fraction }: { nowMs: number; fraction: number },
): AfterTry {
  if (isDelivered(result)) return { status: 'delivered' };
  const pauseMs = pausesMs[tries];
  if (pauseMs === undefined) return { status: 'failed' };
  return { status: 'waiting', nextTryAtMs: nowMs + Math.round(pauseMs * (1 + jitter * (2 * fraction - 1))) };
}
