/** When a scheduled call may be dialled: after a moment, before another, at certain times of the week. Pure. */
import { z } from 'zod';
import { parseWeeklyHours } from './client-dial-limits.ts';
import { holidaysAt, type PlaceRules } from './rules/place-rules.ts';
import { toDestination } from './where/destination.ts';
import { isOpenEverywhere, nextOpening, toOpenHours } from './where/open-hours.ts';
import { toInstant, type WallTime } from './where/to-instant.ts';

/** As it is stored with the call; `timezone` is `recipient` or a zone. */
const storedSchedule = z.object({ window: z.unknown().nullish(), timezone: z.string() });

/** An instant, or what the clock on the wall shall show. */
export type Moment = { atMs: number } | { wall: WallTime };

export interface Schedule {
  notBefore: Moment | null;
  notAfter: Moment | null;
  /** As clients write their calling hours. */
  window: unknown;
  timezone: string;
}

type Person = { to: string; recipientZone: string | null };

/** The zones by which a schedule is read: where the person can be, or the one that is named. */
export function zonesOf(timezone: string, { to, recipientZone }: Person): readonly string[] {
  if (timezone !== 'recipient') return [timezone];
  return recipientZone === null ? toDestination(to).zones : [recipientZone];
}

/** When it may begin, at the latest everywhere, and when it must have begun, at the earliest anywhere. */
export function boundsOf(
  schedule: Schedule,
  person: Person,
): { notBeforeMs: number | null; notAfterMs: number | null } {
  const zones = zonesOf(schedule.timezone, person);
  const all = (moment: Moment) =>
    'atMs' in moment ? [moment.atMs] : zones.map((zone) => toInstant(moment.wall, zone));
  const pick = (moment: Moment | null, choose: (...ms: number[]) => number) => {
    const found = moment === null ? [] : all(moment);
    return found.length === 0 ? null : choose(...found);
  };
  return { notBeforeMs: pick(schedule.notBefore, Math.max), notAfterMs: pick(schedule.notAfter, Math.min) };
}

/** When it may be dialled, from a moment on; null: never within two weeks. */
export function nextMoment(stored: unknown, person: Person & { places: PlaceRules }, fromMs: number): number | null {
  const schedule = storedSchedule.safeParse(stored).data;
  if (!schedule?.window) return fromMs;
  const weekly = parseWeeklyHours(schedule.window);
  if (!weekly) return null;
  const hours = toOpenHours(weekly, holidaysAt(person.places, toDestination(person.to)));
  const zones = zonesOf(schedule.timezone, person);
  return isOpenEverywhere([hours], zones, fromMs) ? fromMs : nextOpening([hours], zones, fromMs);
}
