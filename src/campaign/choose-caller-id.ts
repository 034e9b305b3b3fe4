/** Which of a campaign's numbers a contact is called from. Pure. */
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

export interface CallerIds {
  /** The campaign's numbers, as far as they are still its own. */
  numbers: readonly string[];
  match: 'none' | 'country' | 'area_code';
  /** The place of each in the order of their last use; absent: never used. */
  used: Readonly<Record<string, number>>;
}

/** The number of the contact's last call where it has one, else the best match that was used longest ago; null for none. */
export function chooseCallerId(ids: CallerIds, contact: { number: string; calledFrom: string | null }): string | null {
  if (contact.calledFrom !== null && ids.numbers.includes(contact.calledFrom)) return contact.calledFrom;
  const closeness = ids.match === 'none' ? () => 0 : (own: string) => howClose(own, contact.number, ids.match);
  let best: { number: string; close: number; used: number } | null = null;
  for (const number of ids.numbers) {
    const candidate = { number, close: closeness(number), used: ids.used[number] ?? 0 };
    const isBetter =
      best === null || candidate.close > best.close || (candidate.close === best.close && candidate.used < best.used);
    if (isBetter) best = candidate;
  }
  return best?.number ?? null;
}

/** 2: the same area code; 1: the same country; 0: neither. */
function howClose(own: string, to: string, match: CallerIds['match']): number {
  const isNorthAmerican = own.startsWith('+1') && to.startsWith('+1');
  if (match === 'area_code' && isNorthAmerican && own.slice(0, 5) === to.slice(0, 5)) return 2;
  const [ownCountry, country] = [countryOf(own), countryOf(to)];
  return ownCountry !== null && ownCountry === country ? 1 : 0;
}

/** By the area code in North America, where example numbers are no valid ones. */
function countryOf(number: string): string | null {
  const whole = number.startsWith('+1') ? `${number.slice(0, 5)}2345678` : number;
  return parsePhoneNumberFromString(whole)?.country ?? null;
}
