/**
 * Where a state of the United States is stricter than the federal rules about calls that sell something. A table to
 * be edited: the law changes, and whoever calls must know it. Hours as read by two compliance vendors (Drop Cowboy,
 * November 2025; ClickPoint, July 2025); where they differ, the stricter. Not legal advice.
 */
import { everyDay, type OpenHours, type Span } from '../where/open-hours.ts';

export interface StateRule {
  hours: OpenHours;
  /** Calls to one number in 24 hours. */
  callsPerDay: number | null;
  source: string;
}

const tables = 'Drop Cowboy, state calling hours, 2025-11; ClickPoint, state calling hours, 2025-07';
const hoursOf = (fromHour: number, untilHour: number): readonly Span[] => [[fromHour * 60, untilHour * 60]];

interface More {
  sunday?: readonly Span[];
  saturday?: readonly Span[];
  closedOnHolidays?: boolean;
  callsPerDay?: number;
  source?: string;
}

function rule(fromHour: number, untilHour: number, more: More = {}): StateRule {
  const usual = hoursOf(fromHour, untilHour);
  const days = { ...everyDay(usual), sun: more.sunday ?? usual, sat: more.saturday ?? usual };
  const hours = { days, closedOnHolidays: more.closedOnHolidays ?? false, closedDates: [] };
  return { hours, callsPerDay: more.callsPerDay ?? null, source: more.source ?? tables };
}

const never: readonly Span[] = [];

/** By the state as its post writes it. */
export const stateRules: Readonly<Record<string, StateRule>> = {
  AL: rule(8, 20, { sunday: never, closedOnHolidays: true }),
  CT: rule(9, 20),
  FL: rule(8, 20, { callsPerDay: 3, source: 'Fla. Stat. § 501.616(6)(a), (6)(b)' }),
  // Prerecorded and artificial voices.
  IL: rule(9, 21),
  KY: rule(10, 21),
  LA: rule(8, 20, { sunday: never, closedOnHolidays: true }),
  MA: rule(8, 20),
  MD: rule(8, 20),
  MI: rule(9, 21),
  MN: rule(9, 21),
  MS: rule(8, 20, { sunday: never }),
  // Prerecorded voices; on holidays the same hours as on Sundays, so closed_dates is the safer way there.
  NE: rule(8, 21, { sunday: hoursOf(13, 21) }),
  NM: rule(9, 21),
  NV: rule(9, 20),
  OK: rule(8, 20, { callsPerDay: 3, source: `15 O.S. § 775C.4 (calls a day); ${tables} (hours)` }),
  PA: rule(8, 21, { closedOnHolidays: true }),
  // Shorter on Saturdays, by how much was not to be read: closed.
  RI: rule(9, 18, { sunday: never, saturday: never }),
  TX: rule(9, 21, { sunday: hoursOf(12, 21) }),
  WA: rule(8, 20),
};
