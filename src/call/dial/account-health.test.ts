import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AccountHealth,
  afterOutcome,
  type DialOutcome,
  goodHealth,
  isGood,
  requestsAllowed,
  whileAsking,
} from './account-health.ts';

const throttled: DialOutcome = { type: 'throttled', retryAfterSeconds: null };
const all = (outcomes: DialOutcome[], from = goodHealth, nowMs = 0) =>
  outcomes.reduce((health, outcome) => afterOutcome(health, outcome, { nowMs, fraction: 0.5 }), from);
const times = (count: number, outcome: DialOutcome) => Array.from({ length: count }, () => outcome);

describe('the account at the carrier', () => {
  it('is asked without limit while all goes well, and nothing is remembered', () => {
    const health = all([{ type: 'taken' }, { type: 'declined' }]);
    expect(isGood(health)).toBe(true);
    expect(requestsAllowed(health, 0).most).toBe(Number.POSITIVE_INFINITY);
  });

  it('is left alone for a while when it wants fewer requests, longer each time, and as long as it says', () => {
    expect(requestsAllowed(all([throttled]), 0)).toEqual({ most: 0, againAtMs: 500 });
    expect(requestsAllowed(all(times(4, throttled)), 0)).toEqual({ most: 0, againAtMs: 4000 });
    expect(requestsAllowed(all(times(30, throttled)), 0)).toEqual({ most: 0, againAtMs: 30_000 });
    expect(requestsAllowed(all([{ ...throttled, retryAfterSeconds: 7 }]), 0).againAtMs).toBe(7000);
    expect(isGood(all([throttled, { type: 'taken' }]))).toBe(true);
  });

  it('is not asked when half of the last twenty requests came to nothing, then once, then as before', () => {
    const mixed = Array.from({ length: 10 }, (): DialOutcome[] => [{ type: 'unclear' }, { type: 'taken' }]).flat();
    expect(requestsAllowed(all(mixed.slice(0, 18)), 0).most).toBe(Number.POSITIVE_INFINITY);
    const open = all(mixed.slice(0, 19));
    expect(requestsAllowed(open, 0)).toEqual({ most: 0, againAtMs: 10_000 });
    expect(requestsAllowed(open, 10_000).most).toBe(1);
    const probing = whileAsking(open, 10_000);
    expect(requestsAllowed(probing, 10_001).most).toBe(0);
    expect(all([{ type: 'taken' }], probing, 10_500)).toEqual(goodHealth);
    const again = all([{ type: 'unclear' }], probing, 10_500);
    expect(requestsAllowed(again, 10_500)).toEqual({ most: 0, againAtMs: 30_500 });
  });

  it('is not asked at once again when it is shut as a whole', () => {
    const shut = all([{ type: 'locked-out', retryAfterSeconds: null }]);
    expect(requestsAllowed(shut, 0)).toEqual({ most: 0, againAtMs: 60_000 });
  });

  it('is always asked again, whatever happened and whichever way the clock was set', () => {
    const outcome = fc.constantFrom<DialOutcome>(
      { type: 'taken' },
      { type: 'declined' },
      { type: 'unclear' },
      throttled,
      { type: 'unreachable', retryAfterSeconds: null },
      { type: 'locked-out', retryAfterSeconds: 90_000 },
    );
    const steps = fc.array(fc.record({ outcome, afterMs: fc.integer({ min: -7_200_000, max: 7_200_000 }) }));
    fc.assert(
      fc.property(steps, fc.integer({ min: -7_200_000, max: 7_200_000 }), (happened, jumpMs) => {
        let nowMs = 1e12;
        let health: AccountHealth = goodHealth;
        for (const { outcome: came, afterMs } of happened) {
          nowMs += afterMs;
          health = afterOutcome(health, came, { nowMs, fraction: 0.9 });
        }
        nowMs += jumpMs;
        for (let looks = 0; requestsAllowed(health, nowMs).most === 0; looks += 1) {
          expect(looks).toBeLessThan(5);
          nowMs = requestsAllowed(health, nowMs).againAtMs;
        }
      }),
    );
  });
});
