/** The rules of dialling as the settings have them. */
import type { DialPolicy } from '../call/dial/may-dial.ts';
import type { PlaceRules } from '../call/dial/rules/place-rules.ts';
import { type Config, isLoopback } from '../config/read-config.ts';

/** How often a person may be rung where nothing else was set. */
const usualPerDay = 3;
const usualPerWeek = 10;

export function toDialPolicy(config: Config, places: PlaceRules): DialPolicy {
  // On a network of this very machine nobody is disturbed, however often they are rung.
  const ringsPeople = config.twilio !== null && !isLoopback(new URL(config.twilio.apiBaseUrl).hostname);
  return {
    allowedCountries: config.allowedCountries,
    ownNumber: config.phoneNumber,
    places,
    burst: { perBlockPerHour: config.callsPerBlockPerHour, newClientPerDay: config.newClientCallsPerDay },
    onDoNotCall: config.onDoNotCall,
    requiredConsents: config.requiredConsents,
    callsPerNumberPerDay: config.callsPerNumberPerDay ?? (ringsPeople ? usualPerDay : null),
    callsPerNumberPerWeek: config.callsPerNumberPerWeek ?? (ringsPeople ? usualPerWeek : null),
  };
}
