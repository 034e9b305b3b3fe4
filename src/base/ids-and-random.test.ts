import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from './clock.ts';
import { createIds } from './ids.ts';
import { createSeededRandom, systemRandom } from './random.ts';

describe('an id', () => {
  it('says what it names and sorts by the time of its making', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 45), fc.integer({ min: 1, max: 10 ** 9 }), (startMs, laterMs) => {
        const clock = createFakeClock(startMs);
        const newId = createIds(clock, systemRandom);
        const first = newId('call');
        clock.advance(laterMs);
        const second = newId('call');
        expect(first).toMatch(/^call_[0-9a-hjkmnp-tv-z]{26}$/);
        expect(first < second).toBe(true);
      }),
    );
  });

  it('does not meet another of the same moment', () => {
    const newId = createIds(createFakeClock(), systemRandom);
    expect(new Set(Array.from({ length: 10_000 }, () => newId('turn'))).size).toBe(10_000);
  });
});

describe('randomness', () => {
  it.each([
    ['system', systemRandom],
    ['seeded', createSeededRandom(42)],
  ])('from the %s source stays within bounds and spreads evenly', (_, random) => {
    const fractions = Array.from({ length: 20_000 }, () => random.fraction());
    expect(fractions.every((fraction) => fraction >= 0 && fraction < 1)).toBe(true);
    const mean = fractions.reduce((sum, fraction) => sum + fraction, 0) / fractions.length;
    expect(mean).toBeGreaterThan(0.48);
    expect(mean).toBeLessThan(0.52);
    expect(new Set(random.bytes(20_000)).size).toBe(256);
  });

  it('is the same again for the same seed and different for another', () => {
    const [one, same, other] = [createSeededRandom(1), createSeededRandom(1), createSeededRandom(2)];
    const bytes = one.bytes(32);
    expect(same.bytes(32)).toEqual(bytes);
    expect(other.bytes(32)).not.toEqual(bytes);
  });
});
