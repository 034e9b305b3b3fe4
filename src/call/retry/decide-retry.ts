/** Whether a call that is over is tried again, and after how long. Pure. */
import { z } from 'zod';

export const retriedOutcomes = ['busy', 'no_answer', 'voicemail', 'failed'] as const;

/** After so many seconds; an outcome that is not named ends the matter. */
const storedPolicy = z.object({
  max_attempts: z.number(),
  after_seconds: z.partialRecord(z.enum(retriedOutcomes), z.number()),
});

export interface FinishedCall {
  outcome: string | null;
  endedReason: string | null;
  direction: string;
  /** A request waited for its answer and has got it. */
  wasWaitedFor: boolean;
  /** 1 for the first. */
  attempt: number;
  answered: boolean;
  /** What the carrier's own code says of another try; null: there is no code, or nobody knows it. */
  advice: { retry: 'yes' | 'no' | 'later' } | null;
}

/** A carrier that lost a call, and a server that never asked for it, are made good this often, without a policy. */
const mostMadeGood = 3;
const madeGoodAfterMs = 5000;
/** A code that says later means at least this. */
const laterMs = 3600_000;

/**
 * @param fraction random, from 0 up to 1: calls that failed together are not tried again together
 * @returns ms until the next attempt; null when there is none
 */
export function decideRetry(stored: unknown, call: FinishedCall, fraction: number): number | null {
  if (call.direction !== 'outbound') return null;
  if (isMadeGood(call)) return madeGoodAfterMs * (1 + fraction);
  // A phone may have rung.
  if (call.endedReason === 'carrier_unclear') return null;
  const policy = storedPolicy.safeParse(stored).data;
  if (!policy || call.attempt >= policy.max_attempts) return null;
  const outcome = retriedOutcomes.find((name) => name === call.outcome);
  const afterSeconds = outcome && policy.after_seconds[outcome];
  if (afterSeconds === undefined) return null;
  if (outcome === 'failed' && call.advice?.retry === 'no') return null;
  const leastMs = outcome === 'failed' && call.advice?.retry === 'later' ? laterMs : 0;
  return Math.max(afterSeconds * 1000, leastMs) * (1 + fraction / 2);
}

/** Nobody was rung, and whoever asked was told that it would be dialled. */
function isMadeGood({ endedReason, wasWaitedFor, attempt, answered }: FinishedCall): boolean {
  if (wasWaitedFor || answered || attempt >= mostMadeGood) return false;
  return endedReason === 'never_placed';
}
