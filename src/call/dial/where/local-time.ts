/** What a clock on the wall shows in a time zone. Pure; an instant has one local time, in gaps and doubled hours too. */

export const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type Weekday = (typeof weekdays)[number];

export interface LocalTime {
  year: number;
  /** 1–12. */
  month: number;
  day: number;
  weekday: Weekday;
  /** Since midnight as the clock shows it, 0–1439. */
  minuteOfDay: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const before = formats.get(zone);
  if (before) return before;
  const parts = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, calendar: 'gregory', hourCycle: 'h23', ...parts });
  formats.set(zone, format);
  return format;
}

/** Throws a RangeError for a zone that does not exist. */
export function toLocalTime(zone: string, atMs: number): LocalTime {
  const shown: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(atMs)) shown[type] = Number(value);
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0 } = shown;
  const weekday = weekdays[new Date(Date.UTC(year, month - 1, day)).getUTCDay()] as Weekday;
  return { year, month, day, weekday, minuteOfDay: hour * 60 + minute };
}

const twoDigits = (number: number) => String(number).padStart(2, '0');

/** As in 2026-03-08. */
export const toDate = ({ year, month, day }: Pick<LocalTime, 'year' | 'month' | 'day'>): string =>
  `${year}-${twoDigits(month)}-${twoDigits(day)}`;

/** As in 08:30. */
export const toClock = (minuteOfDay: number): string =>
  `${twoDigits(Math.floor(minuteOfDay / 60))}:${twoDigits(minuteOfDay % 60)}`;
