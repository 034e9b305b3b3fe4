/** Dates written for machines, said as people say them. */

export interface CalendarDate {
  year: number;
  /** 1–12. */
  month: number;
  /** 1–31. */
  day: number;
}

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/**
 * The day in `2025-12-10` or `2025-12-10T14:30:00Z`, or null. Forms such as `10/12/2025` mean different days to
 * different people and are not taken apart.
 */
export function parseIsoDate(text: string): CalendarDate | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}.*)?$/u.exec(text.trim());
  if (!match) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return null;
  return { year, month, day };
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** `December 10th`; with the year, `December 10th, 2027`, only when it is more than one away from the present year. */
export function toSpeakableDate(date: CalendarDate, nowMs: number): string {
  const name = `${months[date.month - 1]} ${toOrdinal(date.day)}`;
  const thisYear = new Date(nowMs).getUTCFullYear();
  return Math.abs(date.year - thisYear) > 1 ? `${name}, ${date.year}` : name;
}

/** Whether the day is over everywhere on earth. */
export function isOver(date: CalendarDate, nowMs: number): boolean {
  const endsMs = Date.UTC(date.year, date.month - 1, date.day + 1) + 12 * 3_600_000;
  return nowMs >= endsMs;
}

/** `1st`, `2nd`, `11th`, `23rd`. */
export function toOrdinal(count: number): string {
  const teens = count % 100 >= 11 && count % 100 <= 13;
  const ending = teens ? undefined : { 1: 'st', 2: 'nd', 3: 'rd' }[count % 10];
  return `${count}${ending ?? 'th'}`;
}
