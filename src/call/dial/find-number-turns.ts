/** The turns of our numbers as they are committed now; asked under the account's lock they stay true. */
import { listNumberPaces, type NumberLimits } from '../../store/number-paces.ts';
import type { Db } from '../../store/schema.ts';
import { createNumberTurns, type NumberTurns } from './number-turns.ts';
import type { PaceLimits } from './pace.ts';

export async function findNumberTurns(
  db: Db,
  pace: PaceLimits,
  { limits, nowMs }: { limits: readonly NumberLimits[]; nowMs: number },
): Promise<NumberTurns> {
  const perMinute = new Map<string, number>();
  for (const { number, calls_per_minute: most } of limits) {
    if (most !== null) perMinute.set(number, most);
  }
  const rules = { usualPerMinute: pace.perNumberPerMinute, perMinute };
  const isPaced = rules.usualPerMinute !== null || perMinute.size > 0;
  const known = isPaced ? await listNumberPaces(db) : [];
  return createNumberTurns(
    rules,
    known.map(({ number, next_at }) => ({ number, nextAtMs: next_at.getTime() })),
    nowMs,
  );
}
