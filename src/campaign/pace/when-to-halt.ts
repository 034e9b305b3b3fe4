/** When a campaign's own calls say that it must stop. Pure. */
import type { Facts, Halt, PaceRules } from './pace-state.ts';

/** As many calls must have ended before their share means anything, whatever the window. */
const leastCalls = 5;

const shut = 'The carrier takes no calls of this account. Check its token, billing and messages there, then resume.';

/** Null while it may go on. What was before `sinceMs`, its start or when somebody resumed it, does not count. */
export function whyHalt(
  { results, accountShutAtMs }: Pick<Facts, 'results' | 'accountShutAtMs'>,
  breaker: PaceRules['breaker'],
  sinceMs: number,
): Halt | null {
  if (accountShutAtMs !== null && accountShutAtMs >= sinceMs)
    return { code: 'campaign/account-refused', message: shut };
  const last = results.slice(0, breaker.lastCalls);
  if (last.length < Math.min(leastCalls, breaker.lastCalls)) return null;
  const failed = last.filter((result) => result === 'failed').length;
  if (failed / last.length < breaker.failedShare) return null;
  return { code: 'campaign/calls-fail', message: `${failed} of the last ${last.length} calls failed.` };
}
