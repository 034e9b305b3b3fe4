import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createNumberTurns, type NumberRules } from './number-turns.ts';

const own = '+15550100';
const other = '+15550101';
const minuteMs = 60_000;
const rules: NumberRules = { usualPerMinute: 2, perMinute: new Map([[other, 60]]) };

describe('the turns of our numbers', () => {
  it('come at the pace of each', () => {
    const turns = createNumberTurns(rules, [], minuteMs);
    expect([turns.take(own), turns.take(own), turns.take(other), turns.take(other)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(turns.after([own, other])).toEqual([
      { number: own, nextAtMs: minuteMs + 30_000 },
      { number: other, nextAtMs: minuteMs + 1000 },
    ]);
  });

  it('hold back who has just made a call, until its moment', () => {
    const known = [{ number: own, nextAtMs: minuteMs + 30_000 }];
    expect(createNumberTurns(rules, known, minuteMs + 29_999).held()).toEqual([own]);
    expect(createNumberTurns(rules, known, minuteMs + 30_000).held()).toEqual([]);
  });

  it('are not counted where there is no limit, and a limit that is taken away holds nobody', () => {
    const none = { usualPerMinute: null, perMinute: new Map<string, number>() };
    const turns = createNumberTurns(none, [{ number: own, nextAtMs: 10 * minuteMs }], minuteMs);
    expect(turns.held()).toEqual([]);
    expect(Array.from({ length: 100 }, () => turns.take(own))).not.toContain(false);
    expect(turns.after([own])).toEqual([]);
  });

  it('are never more in a minute than the limit and one, whoever claims them and however late', () => {
    const claims = fc.array(fc.record({ afterMs: fc.nat(40_000), wanted: fc.integer({ min: 1, max: 5 }) }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600 }), claims, (perMinute, all) => {
        let known: { number: string; nextAtMs: number }[] = [];
        let nowMs = 0;
        const sent: number[] = [];
        for (const { afterMs, wanted } of all) {
          nowMs += afterMs;
          const turns = createNumberTurns({ usualPerMinute: perMinute, perMinute: new Map() }, known, nowMs);
          const taken = Array.from({ length: wanted }, () => turns.take(own)).filter(Boolean);
          sent.push(...taken.map(() => nowMs));
          if (taken.length > 0) known = turns.after(taken.map(() => own));
        }
        for (const fromMs of sent) {
          const within = sent.filter((atMs) => atMs >= fromMs && atMs < fromMs + minuteMs).length;
          expect(within).toBeLessThanOrEqual(perMinute + 1);
        }
      }),
    );
  });
});
