/** The days and months that spending is counted in, by UTC, and when each is over. Pure. */

export interface Periods {
  /** As in 2026-11-28. */
  day: string;
  /** As in 2026-11. */
  month: string;
  dayEndsMs: number;
  monthEndsMs: number;
}

export function periodsOf(atMs: number): Periods {
  const at = new Date(atMs);
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  const date = at.toISOString().slice(0, 10);
  return {
    day: date,
    month: date.slice(0, 7),
    dayEndsMs: Date.UTC(year, month, day + 1),
    monthEndsMs: Date.UTC(year, month + 1, 1),
  };
}
