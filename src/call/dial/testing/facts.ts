/** Facts of a call that every rule allows, for tests to change one of them at a time. */
import { usualPlaceRules } from '../rules/place-rules.ts';
import type { DialFacts } from '../rules/rule.ts';
import { toDestination } from '../where/destination.ts';

/** A Monday; 11:00 in New York. */
export const monday = Date.UTC(2026, 5, 1, 15);

export function factsFor(to: string, changes: Partial<DialFacts> = {}): DialFacts {
  return {
    to,
    destination: toDestination(to),
    places: usualPlaceRules,
    recipientZone: null,
    keepsHours: false,
    doNotCall: null,
    consents: { calls: 'none', recording: 'none', marketing: 'none' },
    requiredConsents: [],
    client: null,
    allowedCountries: ['US'],
    attemptLimits: { perDay: 3, perWeek: 10 },
    attemptsAtMs: [],
    burst: { block: { beginning: to.slice(0, -4), most: null, dialed: 0 }, newClient: { most: null, dialed: 0 } },
    spend: null,
    ...changes,
  };
}

/** A client that may call, with these limits. */
export const clientWith = (limits: NonNullable<DialFacts['client']>['limits']) => ({ status: 'Active', limits });
