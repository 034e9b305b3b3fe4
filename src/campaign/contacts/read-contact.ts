/** A row of a file or list as somebody to call, or what is wrong with it. Pure. */
import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { isStorable } from './storable.ts';

export interface GivenContact {
  number: string;
  name: string | null;
  timezone: string | null;
  variables: Record<string, unknown>;
}

export interface RowProblem {
  field: string | null;
  code:
    | 'contact/number'
    | 'contact/timezone'
    | 'contact/too-long'
    | 'contact/characters'
    | 'contact/missing-variable'
    | 'contact/duplicate'
    | 'contact/shape';
  message: string;
}

export const contactLimits = { name: 200, cell: 2000, variables: 6000 } as const;

export type ReadContact = { contact: GivenContact } | { problem: RowProblem };

const refuse = (field: string | null, code: RowProblem['code'], message: string): { problem: RowProblem } => ({
  problem: { field, code, message },
});

/** `given` is as somebody wrote it; the answer is as it is stored. */
export function readContact(given: GivenContact, defaultCountry: string | null): ReadContact {
  const number = toE164(given.number, defaultCountry);
  if (number === null) {
    const mend =
      defaultCountry === null
        ? 'write it like +12125551234, or set default_country of the campaign'
        : `write it like +12125551234, or as it is dialled within ${defaultCountry}`;
    const shown = given.number.length > 30 ? `${given.number.slice(0, 30)}…` : given.number;
    return refuse('number', 'contact/number', shown === '' ? 'has no number' : `is no phone number: ${mend}`);
  }
  const name = given.name?.trim() ? given.name.trim() : null;
  if (name !== null && name.length > contactLimits.name) {
    return refuse('name', 'contact/too-long', `is longer than ${contactLimits.name} characters`);
  }
  const zone = toZone(given.timezone);
  if (zone === undefined) {
    return refuse('timezone', 'contact/timezone', 'is no time zone: write it like America/New_York, or leave it empty');
  }
  if (JSON.stringify(given.variables).length > contactLimits.variables) {
    return refuse('variables', 'contact/too-long', `have more than ${contactLimits.variables} characters`);
  }
  if (!isStorable(name) || !isStorable(given.variables) || isSpoiled(given)) {
    return refuse(null, 'contact/characters', 'holds characters that cannot be read; save the file as UTF-8');
  }
  return { contact: { number, name, timezone: zone, variables: given.variables } };
}

/** What is not UTF-8 is read as U+FFFD. */
const isSpoiled = ({ name, variables }: GivenContact) =>
  name?.includes('\uFFFD') ||
  Object.values(variables).some((value) => typeof value === 'string' && value.includes('\uFFFD'));

/** Null for what is no number. In E.164 it need not be assigned to anybody: whether it can be called is decided later. */
function toE164(written: string, defaultCountry: string | null): string | null {
  const bare = written.trim();
  if (/^\+[1-9]\d{6,14}$/.test(bare)) return bare;
  if (bare.length > 40 || !/^[+\d(]/.test(bare)) return null;
  const country = defaultCountry !== null && isSupportedCountry(defaultCountry) ? defaultCountry : undefined;
  const whole = country === undefined && bare.startsWith('00') ? `+${bare.slice(2)}` : bare;
  const parsed = parsePhoneNumberFromString(whole, { ...(country && { defaultCountry: country }), extract: false });
  return parsed?.isPossible() && parsed.ext === undefined ? parsed.number : null;
}

const knownZones = new Map<string, string>();
const mostKnownZones = 2000;

/** Null for none, undefined for one that does not exist. */
function toZone(written: string | null): string | null | undefined {
  const name = written?.trim() ?? '';
  if (name === '') return null;
  const before = knownZones.get(name);
  if (before !== undefined) return before;
  try {
    if (!/^[A-Za-z]/.test(name) || name.length > 64) return undefined;
    const zone = new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone;
    if (knownZones.size < mostKnownZones) knownZones.set(name, zone);
    return zone;
  } catch {
    return undefined;
  }
}
