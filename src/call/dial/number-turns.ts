/** Which numbers of ours may make a call now, and when the others may again: each at a pace of its own. Pure. */
import { placesAt } from './pace.ts';

export interface NumberRules {
  /** Of a number that has no limit of its own; null: none. */
  usualPerMinute: number | null;
  /** Limits of single numbers. */
  perMinute: ReadonlyMap<string, number>;
}

export interface NumberTurns {
  /** Those that may make no call now. */
  held(): string[];
  /** Takes a turn of this number where it has one. */
  take(number: string): boolean;
  /** When a number may make a call after `calls` others; null: it has no pace. */
  nextAtMs(number: string, calls: number): number | null;
  /** What is to be kept of numbers that made a call each time they are named. */
  after(numbers: readonly string[]): { number: string; nextAtMs: number }[];
}

export function createNumberTurns(
  rules: NumberRules,
  known: readonly { number: string; nextAtMs: number }[],
  nowMs: number,
): NumberTurns {
  const nextOf = new Map(known.map(({ number, nextAtMs }) => [number, nextAtMs]));
  const taken = new Map<string, number>();
  const placesOf = (number: string) => {
    const perMinute = rules.perMinute.get(number) ?? rules.usualPerMinute;
    return perMinute === null ? null : placesAt({ callsPerSecond: perMinute / 60 }, nextOf.get(number) ?? 0, nowMs);
  };
  const nextAtMs = (number: string, calls: number) => placesOf(number)?.nextAtMs(calls) ?? null;
  return {
    nextAtMs,
    held: () => [...nextOf.keys()].filter((number) => placesOf(number)?.free === 0),
    take(number) {
      const before = taken.get(number) ?? 0;
      if (before >= (placesOf(number)?.free ?? Number.POSITIVE_INFINITY)) return false;
      taken.set(number, before + 1);
      return true;
    },
    after(numbers) {
      const calls = new Map<string, number>();
      for (const number of numbers) calls.set(number, (calls.get(number) ?? 0) + 1);
      return [...calls].flatMap(([number, count]) => {
        const next = nextAtMs(number, count);
        return next === null ? [] : [{ number, nextAtMs: Math.ceil(next) }];
      });
    },
  };
}
