/** On which days a place has its public holidays, by rules that hold for every year. Pure. */
import { toDate, type Weekday, weekdays } from './local-time.ts';

/** A day and a month as in 12-25. */
type MonthDay = string;

export type HolidayRule = { name: string } & (
  | {
      date: MonthDay;
      /** On which other day it is kept, too, when it falls on a weekend; `next_weekday`: the first that is no holiday. */
      kept?: 'nearest_weekday' | 'next_weekday' | undefined;
    }
  | { weekday: Weekday; onOrAfter: MonthDay }
  | { daysFromEaster: number }
  /** Once, as in 2026-06-03. */
  | { on: string }
);

export interface Holidays {
  has(date: { year: number; month: number; day: number }): boolean;
}

const dayMs = 24 * 3600 * 1000;
const toMs = (year: number, monthDay: MonthDay) => Date.parse(`${year}-${monthDay}T00:00:00Z`);
const weekdayOf = (ms: number) => new Date(ms).getUTCDay();
const isWeekend = (ms: number) => weekdayOf(ms) === 0 || weekdayOf(ms) === 6;

/** Easter Sunday of the western churches, by the way of Meeus, Jones and Butcher. */
function easterOf(year: number): number {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const ofCentury = year % 100;
  const correction = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3);
  const epact = (19 * golden + century - Math.floor(century / 4) - correction + 15) % 30;
  const toSunday = (32 + 2 * (century % 4) + 2 * Math.floor(ofCentury / 4) - epact - (ofCentury % 4)) % 7;
  const late = Math.floor((golden + 11 * epact + 22 * toSunday) / 451);
  const days = epact + toSunday - 7 * late + 114;
  return Date.UTC(year, Math.floor(days / 31) - 1, (days % 31) + 1);
}

function dayOf(rule: HolidayRule, year: number): number | null {
  if ('date' in rule) return toMs(year, rule.date);
  if ('daysFromEaster' in rule) return easterOf(year) + rule.daysFromEaster * dayMs;
  if ('on' in rule) return rule.on.startsWith(`${year}-`) ? Date.parse(`${rule.on}T00:00:00Z`) : null;
  const first = toMs(year, rule.onOrAfter);
  return first + ((weekdays.indexOf(rule.weekday) - weekdayOf(first) + 7) % 7) * dayMs;
}

/** Those of a year, some of which may be kept on a day of the year before. */
function daysOf(rules: readonly HolidayRule[], year: number): Set<number> {
  const proper = rules.flatMap((rule) => {
    const ms = dayOf(rule, year);
    return ms === null ? [] : [{ ms, kept: 'date' in rule ? rule.kept : undefined }];
  });
  const days = new Set(proper.map(({ ms }) => ms));
  for (const { ms, kept } of proper) {
    if (kept === undefined || !isWeekend(ms)) continue;
    let other = ms + (kept === 'nearest_weekday' && weekdayOf(ms) === 6 ? -dayMs : dayMs);
    if (kept === 'next_weekday') while (isWeekend(other) || days.has(other)) other += dayMs;
    days.add(other);
  }
  return days;
}

/** Years are worked out once: make it once, and ask it often. */
export function createHolidays(rules: readonly HolidayRule[]): Holidays {
  const years = new Map<number, Set<number>>();
  const knownOf = (year: number) => {
    const known = years.get(year) ?? daysOf(rules, year);
    years.set(year, known);
    return known;
  };
  return {
    has(date) {
      const ms = toMs(date.year, toDate(date).slice(5));
      // New Year's Day may be kept on the last day of the year before, Boxing Day on the first ones of the next.
      return [date.year - 1, date.year, date.year + 1].some((year) => knownOf(year).has(ms));
    },
  };
}
