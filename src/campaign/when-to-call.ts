/** When a contact may be called: within the campaign's window and the calling hours where the person is. Pure. */
import { type ClientDialLimits, callingHours } from '../call/dial/client-dial-limits.ts';
import { hoursFor, zonesFor } from '../call/dial/rules/is-within-calling-hours.ts';
import { holidaysAt, type PlaceRules } from '../call/dial/rules/place-rules.ts';
import { toDestination } from '../call/dial/where/destination.ts';
import { isOpenEverywhere, nextOpening, type OpenHours, toOpenHours } from '../call/dial/where/open-hours.ts';
import type { CampaignWindow } from './settings.ts';

/** `now`, the moment at which it opens, or `never`: within two weeks there is no such moment. */
export type WhenToCall = 'now' | 'never' | number;

interface Asked {
  window: CampaignWindow | null;
  client: { status: string | null; limits: ClientDialLimits | null } | null;
  places: PlaceRules;
}

interface Condition {
  hours: readonly OpenHours[];
  zones: readonly string[];
}

interface Someone {
  number: string;
  timezone: string | null;
}

/** Answers for one moment; contacts of the same place are looked up once. */
export function whenToCall(asked: Asked, atMs: number) {
  const toConditions = conditionsOf(asked);
  const known = new Map<string, WhenToCall>();
  return (contact: Someone): WhenToCall => {
    const { place, conditions } = toConditions(contact);
    const before = known.get(place);
    if (before !== undefined) return before;
    const when = firstMoment(conditions, atMs);
    known.set(place, when);
    return when;
  };
}

/** Answers for one contact, at any moment. */
export function whenToCallOne(asked: Asked, contact: Someone): (atMs: number) => WhenToCall {
  const { conditions } = conditionsOf(asked)(contact);
  return (atMs) => firstMoment(conditions, atMs);
}

function conditionsOf({ window, client, places }: Asked) {
  const own = window === null ? null : callingHours.parse(window);
  return ({ number, timezone }: Someone): { place: string; conditions: Condition[] } => {
    const destination = toDestination(number);
    const zones = zonesFor({ recipientZone: timezone, destination });
    const { hours, state } = hoursFor({ client, destination, places });
    const conditions: Condition[] = [{ hours, zones }];
    if (own !== null && window !== null) {
      const hours = toOpenHours(own, holidaysAt(places, destination));
      conditions.push({ hours: [hours], zones: window.timezone === 'recipient' ? zones : [window.timezone] });
    }
    const countries = destination.countries.join(' ');
    return { place: `${countries} ${state} ${zones.join(' ')}`, conditions };
  };
}

const isOpenAt = (conditions: readonly Condition[], atMs: number) =>
  conditions.every(({ hours, zones }) => isOpenEverywhere(hours, zones, atMs));

/** Openings may have to be looked for so often until all are open together. */
const mostLooks = 200;

function firstMoment(conditions: readonly Condition[], atMs: number): WhenToCall {
  if (isOpenAt(conditions, atMs)) return 'now';
  let ms = atMs;
  for (let look = 0; look < mostLooks; look += 1) {
    const closed = conditions.filter((condition) => !isOpenAt([condition], ms));
    if (closed.length === 0) return ms;
    const openings = closed.map(({ hours, zones }) => nextOpening(hours, zones, ms));
    if (openings.includes(null)) return 'never';
    ms = Math.max(...openings.map(Number));
  }
  return 'never';
}
