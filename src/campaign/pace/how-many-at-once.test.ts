import { describe, expect, it } from 'vitest';
import { howManyAtOnce } from './how-many-at-once.ts';
import type { CallResult, PaceRules } from './pace-state.ts';

const rules = (adaptive: PaceRules['adaptive']): PaceRules => ({
  callsPerMinute: 60,
  concurrentCalls: 8,
  adaptive,
  startsAtMs: null,
  endsAtMs: null,
  breaker: { failedShare: 0.5, lastCalls: 20 },
});
const letters: Record<string, CallResult> = { a: 'answered', u: 'unanswered', f: 'failed' };
/** The oldest first. */
const results = (written: string) => [...written].map((letter) => letters[letter] as CallResult).toReversed();

describe('calls at once', () => {
  it.each([
    [null, 'ffff', 8],
    [{ start: 2, least: 1 }, '', 2],
    [{ start: 2, least: 1 }, 'aaa', 5],
    [{ start: 2, least: 1 }, 'aaaaaaaaaaaa', 8],
    [{ start: 2, least: 1 }, 'uuuu', 2],
    [{ start: 8, least: 2 }, 'f', 4],
    [{ start: 8, least: 2 }, 'ffff', 2],
    [{ start: 8, least: 2 }, 'ffffaa', 4],
    [{ start: 100, least: 100 }, 'f', 8],
  ])('by %j after %s are %i', (adaptive, written, most) => {
    expect(howManyAtOnce(results(written), rules(adaptive))).toBe(most);
  });
});
