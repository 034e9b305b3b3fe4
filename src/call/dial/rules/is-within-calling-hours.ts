/** Whether it is an hour to be called at, everywhere the person can be. */
import { toClock, toLocalTime } from '../where/local-time.ts';
import {
  everyDay,
  isOpenEverywhere,
  nextOpening,
  type OpenHours,
  toOpenHours,
  type WeeklyHours,
} from '../where/open-hours.ts';
import { holidaysAt, rulesAt } from './place-rules.ts';
import { allows, type DialFacts, forbids, type Rule } from './rule.ts';

/** 47 CFR 64.1200(c)(1): not before 8 and not after 21 o'clock where the person is. */
export const usualHours: WeeklyHours = {
  ...{ days: everyDay([[8 * 60, 21 * 60]]), closedDates: [] },
  closedOnHolidays: false,
};

const code = 'dial/outside-calling-hours';

/** The zones that count: the person's own where it is known, else all that the number leaves open. */
export const zonesFor = ({
  recipientZone,
  destination,
}: Pick<DialFacts, 'recipientZone' | 'destination'>): readonly string[] =>
  recipientZone === null ? destination.zones : [recipientZone];

/** All hours that must be open, and the state whose own are among them. */
export function hoursFor({ client, destination, places }: Pick<DialFacts, 'client' | 'destination' | 'places'>): {
  hours: OpenHours[];
  state: string | null;
} {
  const own = client?.limits?.calling_hours ?? usualHours;
  const at = rulesAt(places, destination);
  const ofState = client?.limits?.ignore_state_rules ? null : (at.state?.hours ?? null);
  const all = [own, ...at.countries.map(({ hours }) => hours), ofState].filter((hours) => hours !== null);
  const holidays = holidaysAt(places, destination);
  return {
    hours: all.map((hours) => toOpenHours(hours, holidays)),
    state: ofState === null ? null : destination.region,
  };
}

export const isWithinCallingHours: Rule = (facts, atMs) => {
  const zones = zonesFor(facts);
  const { hours, state } = hoursFor(facts);
  if (isOpenEverywhere(hours, zones, atMs)) return allows(`It is ${toClocks(zones, atMs)} where the person is.`);
  const stateWords = state === null ? '' : `, by the rules of ${state}`;
  const detail =
    zones.length === 0
      ? 'Nobody knows what time it is where the person is.'
      : `It is ${toClocks(zones, atMs)} where the person is: outside the calling hours${stateWords}.`;
  if (!facts.keepsHours && facts.client?.limits?.enforce_calling_hours !== true)
    return { verdict: 'notes', code, detail };
  const passesAtMs = nextOpening(hours, zones, atMs);
  const mend =
    passesAtMs === null
      ? 'Give the person’s own time zone as recipient_timezone in POST /v1/calls, or change limits.calling_hours of the client.'
      : `Ask again at ${new Date(passesAtMs).toISOString()}.`;
  return forbids({ code, detail, mend, passesAtMs });
};

/** The earliest and the latest clock, with their zones. */
function toClocks(zones: readonly string[], atMs: number): string {
  const clocks = zones.map((zone) => {
    const { year, month, day, weekday, minuteOfDay } = toLocalTime(zone, atMs);
    const words = `${toClock(minuteOfDay)} on ${weekday} (${zone})`;
    return { words, order: Date.UTC(year, month - 1, day) + minuteOfDay * 60_000 };
  });
  clocks.sort((one, other) => one.order - other.order);
  const [first, last] = [clocks[0], clocks.at(-1)];
  return first?.order === last?.order ? (first?.words ?? '') : `${first?.words} to ${last?.words}`;
}
