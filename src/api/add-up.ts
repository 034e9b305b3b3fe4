/** Adds up what was counted of calls, by status and outcome, into the figures of an answer. */
import type { CallCounts } from '../store/stats.ts';

export interface CallFigures {
  calls: number;
  byStatus: Record<string, number>;
  byOutcome: Record<string, number>;
  tried: number;
  answered: number;
  /** Of the calls that were tried and are over, 0–1; null while there are none. */
  answerRate: number | null;
  durationSeconds: number;
  meanDurationSeconds: number | null;
}

export const ratio = (part: number, whole: number) => (whole === 0 ? null : part / whole);

export function addUp(counts: readonly CallCounts[]): CallFigures {
  const sum = { calls: 0, tried: 0, answered: 0, durationSeconds: 0, timed: 0 };
  const byStatus: Record<string, number> = {};
  const byOutcome: Record<string, number> = {};
  for (const { status, outcome, ...some } of counts) {
    byStatus[status] = (byStatus[status] ?? 0) + some.calls;
    if (outcome !== null) byOutcome[outcome] = (byOutcome[outcome] ?? 0) + some.calls;
    for (const name of ['calls', 'tried', 'answered', 'durationSeconds', 'timed'] as const) sum[name] += some[name];
  }
  const { calls, tried, answered, durationSeconds, timed } = sum;
  return {
    calls,
    byStatus,
    byOutcome,
    tried,
    answered,
    answerRate: ratio(answered, tried),
    durationSeconds,
    meanDurationSeconds: ratio(durationSeconds, timed),
  };
}
