import fc from 'fast-check';
import { expect, it } from 'vitest';
import { placesAt } from './pace.ts';

const perSecond = (callsPerSecond: number) => ({ account: 'AC1', callsPerSecond });

it('gives one place a second, and none before its moment', () => {
  expect(placesAt(perSecond(1), 5000, 4999).free).toBe(0);
  const places = placesAt(perSecond(1), 5000, 5000);
  expect(places.free).toBe(1);
  expect(places.nextAtMs(1)).toBe(6000);
});

it('makes a little up after a delay, and never two of a slow pace', () => {
  expect(placesAt(perSecond(1), 0, 60_000).free).toBe(1);
  expect(placesAt(perSecond(100), 0, 60_000).free).toBe(10);
  expect(placesAt(perSecond(Number.POSITIVE_INFINITY), 0, 60_000).free).toBe(Number.POSITIVE_INFINITY);
});

it('does not wait for a moment that was written before a clock was set back', () => {
  expect(placesAt(perSecond(1), 3_600_000, 0).free).toBe(1);
});

it('never lets more through in any time than the pace and what is made up, however late claims come', () => {
  const claims = fc.array(fc.record({ afterMs: fc.nat(3000), wanted: fc.integer({ min: 1, max: 30 }) }), {
    minLength: 1,
  });
  fc.assert(
    fc.property(fc.constantFrom(0.5, 1, 4, 30, 100), claims, (callsPerSecond, all) => {
      let nowMs = 0;
      let nextAtMs = 0;
      const sentAtMs: number[] = [];
      for (const { afterMs, wanted } of all) {
        nowMs += afterMs;
        const places = placesAt(perSecond(callsPerSecond), nextAtMs, nowMs);
        const taken = Math.min(places.free, wanted);
        for (let each = 0; each < taken; each += 1) sentAtMs.push(nowMs);
        if (taken > 0) nextAtMs = Math.ceil(places.nextAtMs(taken));
      }
      const madeUp = Math.max(1, callsPerSecond / 10);
      for (const fromMs of sentAtMs) {
        const inTheSecond = sentAtMs.filter((atMs) => atMs >= fromMs && atMs < fromMs + 1000).length;
        expect(inTheSecond).toBeLessThanOrEqual(Math.ceil(callsPerSecond) + madeUp);
      }
    }),
  );
});
