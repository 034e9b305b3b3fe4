/** Takes out of text what could hurt a person in the wrong hands: card numbers, e-mail addresses, phone numbers. Pure. */

export const redactKinds = ['cards', 'emails', 'phone_numbers', 'bank_accounts', 'national_ids'] as const;
export type RedactKind = (typeof redactKinds)[number];

type Rule = (text: string) => string;

/** As speech is written down: digits one by one, in groups, with hyphens. */
const runOfDigits = /(?<![\p{L}\p{N}])\+?\(?\d(?:[ .()/-]{0,2}\d){6,18}(?![\p{L}\p{N}])/gu;
const day = /^\d{4}-\d\d-\d\d/;
const email = /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,8}/gu;
const spokenEmail = /[\p{L}\p{N}._-]{1,64} at [\p{L}\p{N}-]{1,63}(?: dot [\p{L}\p{N}-]{1,63}){1,4}/giu;
const iban = /(?<![\p{L}\p{N}])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?![\p{L}\p{N}])/giu;
const socialSecurity = /(?<!\d)\d{3}[- ]\d{2}[- ]\d{4}(?!\d)/g;

const digitsOf = (text: string) => text.replaceAll(/\D/g, '');

/** In this order: what has a check of its own comes before what is any number of a length. */
const rules: readonly (readonly [RedactKind, Rule])[] = [
  ['emails', (text) => text.replaceAll(email, '[email]').replaceAll(spokenEmail, '[email]')],
  ['bank_accounts', (text) => text.replaceAll(iban, (found) => (isIban(found) ? '[bank account]' : found))],
  ['national_ids', (text) => text.replaceAll(socialSecurity, '[national id]')],
  ['cards', (text) => text.replaceAll(runOfDigits, (found) => (isCard(digitsOf(found)) ? '[card]' : found))],
  ['phone_numbers', (text) => text.replaceAll(runOfDigits, (found) => (isPhone(found) ? '[phone number]' : found))],
];

export function redact(text: string, kinds: readonly RedactKind[]): string {
  let rest = text;
  for (const [kind, rule] of rules) if (kinds.includes(kind)) rest = rule(rest);
  return rest;
}

interface JsonRedaction {
  kinds: readonly RedactKind[];
  /** Whether a number may be one of a person's: not where times and counts stand. */
  numbers: boolean;
}

/** The same within the texts of JSON, so that it stays JSON; what is none, as a model may write it, is redacted as text. */
export function redactJson(json: string, redaction: JsonRedaction): string {
  try {
    return JSON.stringify(redactValue(JSON.parse(json), redaction));
  } catch {
    return redact(json, redaction.kinds);
  }
}

/** Names of fields stay. */
function redactValue(value: unknown, redaction: JsonRedaction): unknown {
  if (typeof value === 'string') {
    // Arguments of a tool stand as JSON in a text.
    return /^\s*[{[]/.test(value) ? redactJson(value, { ...redaction, numbers: true }) : redact(value, redaction.kinds);
  }
  if (typeof value === 'number' && redaction.numbers) {
    const redacted = redact(String(value), redaction.kinds);
    return redacted === String(value) ? value : redacted;
  }
  if (Array.isArray(value)) return value.map((item) => redactValue(item, redaction));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, redactValue(inner, redaction)]));
}

/** 7 to 15 digits that are no day of a calendar. */
function isPhone(found: string): boolean {
  const { length } = digitsOf(found);
  return length >= 7 && length <= 15 && !day.test(found);
}

/** ISO/IEC 7812: 13 to 19 digits whose weighted sum ends with 0. */
function isCard(digits: string): boolean {
  if (digits.length < 13 || digits.length > 19) return false;
  const sum = [...digits].toReversed().reduce((total, digit, index) => {
    const weighted = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return total + (weighted > 9 ? weighted - 9 : weighted);
  }, 0);
  return sum % 10 === 0;
}

/** ISO 13616: letters count from 10, and the rest by 97 is 1. */
function isIban(found: string): boolean {
  const letters = found.replaceAll(' ', '').toUpperCase();
  const digits = [...`${letters.slice(4)}${letters.slice(0, 4)}`].map((letter) => Number.parseInt(letter, 36)).join('');
  return BigInt(digits) % 97n === 1n;
}
