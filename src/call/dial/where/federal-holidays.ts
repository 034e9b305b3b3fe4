/** The public holidays of the United States, on their day and on the day they are kept (5 U.S.C. § 6103). Pure. */
import { toDate } from './local-time.ts';

interface MonthDay {
  month: number;
  day: number;
}

const fixed: readonly MonthDay[] = [
  { month: 1, day: 1 },
  { month: 6, day: 19 },
  { month: 7, day: 4 },
  { month: 11, day: 11 },
  { month: 12, day: 25 },
];

/** A weekday (Sunday is 0) of a month; a `nth` of -1 is the last. */
const moving = [
  { month: 1, weekday: 1, nth: 3 },
  { month: 2, weekday: 1, nth: 3 },
  { month: 5, weekday: 1, nth: -1 },
  { month: 9, weekday: 1, nth: 1 },
  { month: 10, weekday: 1, nth: 2 },
  { month: 11, weekday: 4, nth: 4 },
] as const;

const weekdayOf = (year: number, month: number, day: number) => new Date(Date.UTC(year, month - 1, day)).getUTCDay();

function dayOf(year: number, { month, weekday, nth }: (typeof moving)[number]): MonthDay {
  if (nth === -1) {
    const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
    return { month, day: last - ((weekdayOf(year, month, last) - weekday + 7) % 7) };
  }
  return { month, day: 1 + ((weekday - weekdayOf(year, month, 1) + 7) % 7) + (nth - 1) * 7 };
}

const shift = { 0: 1, 6: -1 } as Readonly<Record<number, number>>;

/** Dates as in 2026-07-04; a holiday on a weekend is kept on the next working day, too. */
function holidaysOf(year: number): Set<string> {
  const dates = moving.map((rule) => toDate({ year, ...dayOf(year, rule) }));
  for (const { month, day } of fixed) {
    dates.push(toDate({ year, month, day }));
    const moved = new Date(Date.UTC(year, month - 1, day + (shift[weekdayOf(year, month, day)] ?? 0)));
    dates.push(moved.toISOString().slice(0, 10));
  }
  return new Set(dates);
}

const years = new Map<number, Set<string>>();

function knownHolidaysOf(year: number): Set<string> {
  const before = years.get(year);
  if (before) return before;
  const dates = holidaysOf(year);
  years.set(year, dates);
  return dates;
}

export function isFederalHoliday(date: { year: number; month: number; day: number }): boolean {
  // New Year's Day of the next year may be kept on the last day of this one.
  return [date.year, date.year + 1].some((year) => knownHolidaysOf(year).has(toDate(date)));
}
