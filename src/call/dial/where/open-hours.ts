/** When the clock on the wall allows a call: weekly hours, closed days, and the next moment that suits. Pure. */
import type { Holidays } from './holidays.ts';
import { type LocalTime, toDate, toLocalTime, type Weekday } from './local-time.ts';

/** Minutes since midnight: from the first up to, and without, the second. */
export type Span = readonly [fromMinute: number, untilMinute: number];

export interface OpenHours {
  days: Readonly<Record<Weekday, readonly Span[]>>;
  /** On each of them it is closed. */
  holidays: readonly Holidays[];
  /** As in 2026-12-24. */
  closedDates: readonly string[];
}

/** Hours as they are written down, before it is known whose holidays count. */
export interface WeeklyHours extends Omit<OpenHours, 'holidays'> {
  closedOnHolidays: boolean;
}

/** @param holidays of everywhere the person can be */
export const toOpenHours = (
  { days, closedDates, closedOnHolidays }: WeeklyHours,
  holidays: readonly Holidays[],
): OpenHours => ({
  ...{ days, closedDates },
  holidays: closedOnHolidays ? holidays : [],
});

/** The same spans on each day of the week. */
export function everyDay(spans: readonly Span[]): Record<Weekday, readonly Span[]> {
  return { sun: spans, mon: spans, tue: spans, wed: spans, thu: spans, fri: spans, sat: spans };
}

export function isOpen(hours: OpenHours, local: LocalTime): boolean {
  const isInSpan = hours.days[local.weekday].some(
    ([from, until]) => local.minuteOfDay >= from && local.minuteOfDay < until,
  );
  if (!isInSpan) return false;
  return !hours.closedDates.includes(toDate(local)) && !hours.holidays.some((holidays) => holidays.has(local));
}

/** Whether all hours are open in all zones; never where no zone is known. */
export function isOpenEverywhere(hours: readonly OpenHours[], zones: readonly string[], atMs: number): boolean {
  const isOpenIn = (zone: string) => {
    const local = toLocalTime(zone, atMs);
    return hours.every((open) => isOpen(open, local));
  };
  return zones.length > 0 && zones.every(isOpenIn);
}

const minute = 60_000;
/** Zones differ from UTC by whole quarters of an hour. */
const quarter = 15 * minute;
const longestLook = 15 * 24 * 60 * minute;

/** The first minute after `atMs` at which all is open everywhere, within 15 days; null when there is none. */
export function nextOpening(hours: readonly OpenHours[], zones: readonly string[], atMs: number): number | null {
  if (zones.length === 0 || hours.some(isNeverOpen)) return null;
  const isOpenAt = (ms: number) => isOpenEverywhere(hours, zones, ms);
  const first = Math.ceil((atMs + 1) / minute) * minute;
  const last = atMs + longestLook;
  for (let ms = first; ms <= last; ms += ms % quarter === 0 ? quarter : minute) {
    if (isOpenAt(ms)) return firstOpenMinute(isOpenAt, ms, first);
  }
  return null;
}

const isNeverOpen = ({ days }: OpenHours) => Object.values(days).every((spans) => spans.length === 0);

/** Whole quarters are looked at, so the hours may have opened up to 14 minutes before. */
function firstOpenMinute(isOpenAt: (ms: number) => boolean, foundMs: number, firstMs: number): number {
  let ms = foundMs;
  while (ms - minute >= firstMs && isOpenAt(ms - minute)) ms -= minute;
  return ms;
}
