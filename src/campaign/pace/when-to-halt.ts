/** When a campaign's own calls say that it must stop. Pure. */
import type { CallResult, Halt, PaceRules } from './pace-state.ts';

/** As many calls must have ended before their share means anything, whatever the window. */
const leastCalls = 5;

/** Null while it may go on. `results` has the newest first. */
export function whyHalt(results: readonly CallResult[], breaker: PaceRules['breaker']): Halt | null {
  const last = results.slice(0, breaker.lastCalls);
  if (last.length < Math.min(leastCalls, breaker.lastCalls)) return null;
  const failed = last.filter((result) => result === 'failed').length;
  if (failed / last.length < breaker.failedShare) return null;
  return { code: 'campaign/calls-fail', message: `${failed} of the last ${last.length} calls failed.` };
}
