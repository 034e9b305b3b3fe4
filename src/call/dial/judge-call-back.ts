/** Whether a person may be called back at the time they wished for, in words for the assistant where not. Pure. */
import type { DialDecision } from './decide-dial.ts';
import { toClock, toDate, toLocalTime, type Weekday } from './where/local-time.ts';

const dayMs = 24 * 3600 * 1000;
/** Further ahead nobody remembers what was promised. */
const longestAheadDays = 30;
/** A call back that could not be dialled for so long after its time is not dialled any more. */
export const goodForMs = dayMs / 2;

export interface Wish {
  /** Null for words that are no time. */
  wishedMs: number | null;
  nowMs: number;
  /** Where the person can be; none where nobody knows. */
  zones: readonly string[];
}

/** Null for a time that can be asked about. */
export function whyNoTime({ wishedMs, nowMs, zones }: Wish): string | null {
  const now = `It is ${toSpokenMoment(nowMs, zones)} now.`;
  if (wishedMs === null && zones.length === 0) {
    return 'nobody knows the time zone of the person. Ask where they are, and give the time with its offset, like 2026-06-01T17:00:00-05:00.';
  }
  if (wishedMs === null) return `this is no time. Give it like 2026-06-01T17:00, or 17:00 for the next one. ${now}`;
  if (wishedMs <= nowMs) return `that time has passed. ${now}`;
  if (wishedMs > nowMs + longestAheadDays * dayMs) return `it is more than ${longestAheadDays} days ahead. ${now}`;
  return null;
}

/** @param decision what the rules say of a call at that time; null is given where they allow it */
export function whyNotThen(decision: DialDecision, { wishedMs, nowMs, zones }: Wish): string | null {
  if (decision.allowed) return null;
  const { retry_after_seconds: afterSeconds } = decision;
  const forbidden = `the person cannot be called then. ${decision.detail ?? ''}`.trim();
  const nearestMs = afterSeconds === null ? null : (wishedMs ?? nowMs) + afterSeconds * 1000;
  if (nearestMs === null || nearestMs > nowMs + longestAheadDays * dayMs) return forbidden;
  const iso = new Date(nearestMs).toISOString();
  return `${forbidden} The next time that is allowed is ${toSpokenMoment(nearestMs, zones)}; ask whether that suits, and give it as ${iso}.`;
}

const daysInWords: Readonly<Record<Weekday, string>> = {
  ...{
    sun: 'Sunday',
    mon: 'Monday',
    tue: 'Tuesday',
    wed: 'Wednesday',
    thu: 'Thursday',
    fri: 'Friday',
    sat: 'Saturday',
  },
};

/** As in `Monday 2026-06-01 at 17:00 (America/New_York)`: in the first of these zones. */
export function toSpokenMoment(atMs: number, zones: readonly string[]): string {
  const zone = zones[0] ?? 'UTC';
  const local = toLocalTime(zone, atMs);
  return `${daysInWords[local.weekday]} ${toDate(local)} at ${toClock(local.minuteOfDay)} (${zone})`;
}
