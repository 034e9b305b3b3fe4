/** The instant that a person on the phone wished for: as a model writes it, by the clock where the person is. Pure. */
import { toLocalTime } from './local-time.ts';
import { toInstant, type WallTime } from './to-instant.ts';

const withOffset = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;
const wallClock = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::\d\d)?$/;
const clockOfADay = /^(?:(today|tomorrow) )?(\d\d):(\d\d)$/;

/**
 * `2026-06-01T17:00`, `17:00`, `today 17:00` and `tomorrow 17:00` are what the clock shows there, in the last of all
 * zones where the person can be; a bare `17:00` is the next one. With an offset it is that instant. Null: no time.
 */
export function readWishedTime(text: string, zones: readonly string[], nowMs: number): number | null {
  const wished = text.trim();
  if (withOffset.test(wished)) return readInstant(wished);
  const [, ...date] = wallClock.exec(wished) ?? [];
  const [year, month, day, hours, minutes] = date.map(Number);
  if (day !== undefined) {
    const wall = toWall({ year: year ?? 0, month: month ?? 0, day }, hours, minutes);
    return wall && latest(zones, (zone) => toInstant(wall, zone));
  }
  const [, when, hour, minute] = clockOfADay.exec(wished) ?? [];
  if (hour === undefined) return null;
  return latest(zones, (zone) => {
    const on = (days: number) => {
      const wall = toWall(dayFrom(zone, nowMs, days), Number(hour), Number(minute));
      return wall && toInstant(wall, zone);
    };
    if (when === 'tomorrow') return on(1);
    const today = on(0);
    return when === 'today' || today === null || today > nowMs ? today : on(1);
  });
}

/** Date.parse takes February 30th for March 2nd. */
function readInstant(text: string): number | null {
  const [year, month, day] = text.slice(0, 10).split('-').map(Number);
  if (!toWall({ year: year ?? 0, month: month ?? 0, day: day ?? 0 }, 0, 0)) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}

/** Null for a day or a time of day that no calendar and no clock has. */
function toWall(date: Omit<WallTime, 'minuteOfDay'>, hours = 0, minutes = 0): WallTime | null {
  const { year, month, day } = date;
  const real = new Date(Date.UTC(year, month - 1, day));
  const isReal = real.getUTCFullYear() === year && real.getUTCMonth() === month - 1 && real.getUTCDate() === day;
  if (!isReal || hours > 23 || minutes > 59) return null;
  return { ...date, minuteOfDay: hours * 60 + minutes };
}

function dayFrom(zone: string, nowMs: number, days: number) {
  const now = toLocalTime(zone, nowMs);
  const date = new Date(Date.UTC(now.year, now.month - 1, now.day + days));
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

function latest(zones: readonly string[], instantIn: (zone: string) => number | null): number | null {
  const instants = zones.map(instantIn);
  return instants.length === 0 || instants.includes(null) ? null : Math.max(...instants.map(Number));
}
