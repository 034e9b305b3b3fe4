/** How many calls a campaign may have on the line at once, by how the last ones went. Pure. */
import type { CallResult, PaceRules } from './pace-state.ts';

/**
 * One more for each call that was answered, since the lines bear it; half as many for one that failed. `results` has the
 * newest first.
 */
export function howManyAtOnce(results: readonly CallResult[], rules: PaceRules): number {
  const { adaptive, concurrentCalls } = rules;
  if (adaptive === null) return concurrentCalls;
  const least = Math.min(adaptive.least, concurrentCalls);
  let level = Math.min(adaptive.start, concurrentCalls);
  for (const result of results.toReversed()) {
    if (result === 'answered') level = Math.min(level + 1, concurrentCalls);
    if (result === 'failed') level = Math.max(Math.floor(level / 2), least);
  }
  return Math.max(level, least);
}
