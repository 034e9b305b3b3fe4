/** What a number tells about where it rings and what it costs: country, state, kind and time zones. Pure. */
import { type NumberType, type PhoneNumber, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import areaCodes from './area-codes.json' with { type: 'json' };
import { zonesOfCountry } from './zones-of-country.ts';

export type NumberKind = NonNullable<NumberType>;

export interface Destination {
  /** Two-letter codes; several where the number leaves it open, none where it belongs to no country. */
  countries: readonly string[];
  /** State or province by the area code, as its post writes it; null where it is not known. */
  region: string | null;
  /** As the numbering plan has it; null where the number fits no range that is in use. */
  kind: NumberKind | null;
  /** Every time zone in which the phone can be; none where that is not known. */
  zones: readonly string[];
  zonesFrom: 'area-code' | 'country' | 'nothing';
}

const areas: Readonly<Record<string, string>> = areaCodes.areas;

/** Everything that decides about a call asks for its number again, and reading one takes some thirty microseconds. */
const known = new Map<string, Destination>();
const mostKnown = 500;

export function toDestination(number: string): Destination {
  const before = known.get(number);
  if (before) return before;
  const destination = number.startsWith('+1') ? toNorthAmerican(number) : toAbroad(number);
  const [oldest] = known.keys();
  if (oldest !== undefined && known.size >= mostKnown) known.delete(oldest);
  known.set(number, destination);
  return destination;
}

/** An area code that is assigned to nobody counts as one of the United States. */
function toNorthAmerican(number: string): Destination {
  const areaCode = number.slice(2, 5);
  // Which country and which kind an area code is for shows in any whole number of it.
  const country = parsePhoneNumberFromString(`+1${areaCode}2345678`)?.country ?? 'US';
  const kind = kindOf(parsePhoneNumberFromString(number)) ?? kindOf(parsePhoneNumberFromString(`+1${areaCode}2345678`));
  const [region, ...zones] = areas[areaCode]?.split(' ') ?? [];
  if (region === undefined) return { countries: [country], region: null, kind, ...fromCountries([country]) };
  return { countries: [country], region, kind, zones, zonesFrom: 'area-code' };
}

/** Mobile numbers of the Isle of Man that the metadata of libphonenumber takes for British; they cost more. */
const alsoManx = /^\+447924/;

function toAbroad(number: string): Destination {
  const parsed = parsePhoneNumberFromString(number);
  const found = parsed?.country ? [parsed.country] : (parsed?.getPossibleCountries() ?? []);
  const countries = alsoManx.test(number) ? [...found, 'IM'] : found;
  return { countries, region: null, kind: kindOf(parsed), ...fromCountries(countries) };
}

const kindOf = (parsed: PhoneNumber | undefined) => (parsed?.isValid() ? (parsed.getType() ?? null) : null);

function fromCountries(countries: readonly string[]): Pick<Destination, 'zones' | 'zonesFrom'> {
  const found = countries.map(zonesOfCountry);
  // One country whose zones are not known leaves open what time it is there.
  const isKnown = found.length > 0 && found.every((zones) => zones.length > 0);
  return isKnown ? { zones: [...new Set(found.flat())], zonesFrom: 'country' } : { zones: [], zonesFrom: 'nothing' };
}
