/** The instant at which the clock on the wall of a zone shows a time: days of a changed clock have none or two. Pure. */
import { type LocalTime, toLocalTime } from './local-time.ts';

export interface WallTime {
  year: number;
  /** 1–12. */
  month: number;
  day: number;
  /** 0–1439. */
  minuteOfDay: number;
}

const minute = 60_000;
/** Zones differ from UTC by whole quarters of an hour, 14 hours at most. */
const quarter = 15 * minute;
const mostQuarters = 15 * 4;

const toOrder = ({ year, month, day, minuteOfDay }: WallTime | LocalTime) =>
  Date.UTC(year, month - 1, day) + minuteOfDay * minute;

/** The first instant at which it is that time; for a time that the clock leaves out, the first minute after the gap. */
export function toInstant(wall: WallTime, zone: string): number {
  const wanted = toOrder(wall);
  const shows = (ms: number) => toOrder(toLocalTime(zone, ms));
  for (let quarters = -mostQuarters; quarters <= mostQuarters; quarters += 1) {
    const ms = wanted + quarters * quarter;
    if (shows(ms) === wanted) return ms;
    if (shows(ms) < wanted) continue;
    // The quarter before showed an earlier time: the wanted one is in a gap between them.
    let first = ms;
    while (shows(first - minute) > wanted) first -= minute;
    return first;
  }
  return wanted;
}
