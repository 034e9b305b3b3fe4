import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideRetry, type FinishedCall } from './decide-retry.ts';

const policy = { max_attempts: 3, after_seconds: { busy: 300, no_answer: 3600, failed: 60 } };
const call = (changes: Partial<FinishedCall>): FinishedCall => ({
  ...{ outcome: 'busy', endedReason: 'busy', direction: 'outbound', wasWaitedFor: false },
  ...{ attempt: 1, answered: false, advice: null, ...changes },
});

describe('another attempt', () => {
  it.each<[string, Partial<FinishedCall>, number | null]>([
    ['comes after a busy line, by the policy', {}, 300_000],
    ['comes later when nobody answered', { outcome: 'no_answer' }, 3_600_000],
    ['does not come after an outcome that is not named', { outcome: 'voicemail' }, null],
    ['does not come after a talk', { outcome: 'talked', answered: true }, null],
    ['does not come for somebody who asked not to be called', { outcome: 'opted_out' }, null],
    ['does not come after the last', { attempt: 3 }, null],
    ['does not come for a number that cannot be called', { outcome: 'failed', advice: { retry: 'no' } }, null],
    ['comes when the carrier had trouble', { outcome: 'failed', advice: { retry: 'yes' } }, 60_000],
    ['waits where the carrier says later', { outcome: 'failed', advice: { retry: 'later' } }, 3_600_000],
    ['does not come where a phone may have rung', { outcome: 'failed', endedReason: 'carrier_unclear' }, null],
    ['does not come for an incoming call', { direction: 'inbound' }, null],
  ])('%s', (...[, changes, ms]) => {
    expect(decideRetry(policy, call(changes), 0)).toBe(ms);
  });

  it('is made without a policy for a call that the carrier never placed, and not for ever', () => {
    const lost = { outcome: 'failed', endedReason: 'never_placed' };
    expect(decideRetry(null, call(lost), 0)).toBe(5000);
    expect(decideRetry(null, call({ ...lost, attempt: 3 }), 0)).toBeNull();
    expect(decideRetry(null, call({ ...lost, wasWaitedFor: true }), 0)).toBeNull();
  });

  it('is never sooner than the policy says, and half as late again at most', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 0.999_999, noNaN: true }), (fraction) => {
        const ms = decideRetry(policy, call({}), fraction) ?? 0;
        expect(ms).toBeGreaterThanOrEqual(300_000);
        expect(ms).toBeLessThan(450_001);
      }),
    );
  });
});
