import fc from 'fast-check';
import {
  type CountryCode,
  getCountries,
  getCountryCallingCode,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';
import mobileExamples from 'libphonenumber-js/mobile/examples';
import { expect, it } from 'vitest';
import { e164Schema } from '../../api/contract/text.ts';
import { decideDial } from './decide-dial.ts';
import { clientWith, factsFor, monday } from './testing/facts.ts';

const examples = ['+15558675310', '+15559876543', '+15551234567', '+12025551234', '+12125551234', '+1234567890'];

it.each(examples)('allows the documents’ example number %s, at any hour', (to) => {
  for (let hour = 0; hour < 24; hour += 1) {
    expect(decideDial(factsFor(to), monday + hour * 3_600_000)).toMatchObject({ allowed: true, code: null });
  }
});

it('asks every rule and keeps every answer, whichever forbids', () => {
  const doNotCall = { list: 'everyone' as const, reason: 'x', since: new Date(monday) };
  const client = clientWith({ enforce_calling_hours: true });
  const facts = factsFor('+449012345678', { doNotCall, client, attemptLimits: { perDay: 0, perWeek: 0 } });
  const decision = decideDial(facts, Date.UTC(2026, 5, 1, 2));
  expect(decision.reasons.map(({ rule, verdict, code }) => [rule, verdict, code])).toEqual([
    ['do_not_call', 'forbids', 'dial/do-not-call'],
    ['client_active', 'allows', null],
    ['consent', 'allows', null],
    ['expensive_number', 'forbids', 'dial/expensive-number'],
    ['allowed_country', 'forbids', 'dial/country-not-allowed'],
    ['spend', 'notes', null],
    ['calling_hours', 'forbids', 'dial/outside-calling-hours'],
    ['frequency', 'forbids', 'dial/too-often'],
    ['burst', 'allows', null],
  ]);
  expect(decision).toMatchObject({ allowed: false, code: 'dial/do-not-call', retry_after_seconds: null });
});

it('says to come back when the last of what passes has passed', () => {
  const client = clientWith({ enforce_calling_hours: true });
  const at = Date.parse('2026-06-01T22:00:00-04:00');
  const hour = 3_600_000;
  const attemptsAtMs = [at - hour, at - 2 * hour, at - 3 * hour];
  const decision = decideDial(factsFor('+12125551234', { client, attemptsAtMs }), at);
  // The hours open at 8, the third attempt leaves the day at 19.
  expect(decision).toMatchObject({ code: 'dial/outside-calling-hours', retry_after_seconds: 21 * 3600 });
  expect(decideDial(factsFor('+12125551234', { client, attemptsAtMs }), at + 21 * hour).allowed).toBe(true);
});

it('allows no country but those it is told, whatever mobile number of the world is asked for', () => {
  const all = Object.entries(mobileExamples).map(([country, national]) => {
    const to = parsePhoneNumberFromString(national, country as CountryCode)?.number ?? '';
    return { country, ...decideDial(factsFor(to, { allowedCountries: ['US', 'GB'] }), monday) };
  });
  expect(all.length).toBeGreaterThan(230);
  expect(all.filter(({ allowed }) => allowed).map(({ country }) => country)).toEqual(['GB', 'US']);
});

it('allows none of 5,000 numbers abroad, dear or odd, by default', () => {
  const special = ['+881', '+882', '+883', '+870', '+979', '+808', '+878', '+888', '+1900', '+1700', '+1212976'];
  const caribbean = [
    '876',
    '809',
    '268',
    '284',
    '473',
    '649',
    '664',
    '767',
    '784',
    '868',
    '869',
    '242',
    '246',
    '264',
    '345',
    '441',
    '721',
    '758',
  ];
  const beginnings = [
    ...special,
    ...caribbean.map((area) => `+1${area}`),
    ...getCountries().flatMap((country) => {
      const code = getCountryCallingCode(country);
      return code === '1' ? [] : [`+${code}`, `+${code}9`, `+${code}7`];
    }),
  ];
  const each = Math.ceil(5000 / beginnings.length);
  const tails = Array.from({ length: each }, (_, place) => String(2_345_678 + place * 1_111_111).slice(0, 7));
  const numbers = beginnings.flatMap((beginning) => tails.map((tail) => `${beginning}${tail}`));
  expect(numbers.length).toBeGreaterThanOrEqual(5000);
  expect(numbers.filter((to) => decideDial(factsFor(to), monday).allowed)).toEqual([]);
});

it.each([
  '0012125551234',
  '01144207183875',
  '+12125551234;ext=5',
  '+1 212 555 1234',
  '+１2125551234',
  '+١٢١٢٥٥٥١٢٣٤',
  'tel:+12125551234',
  '+1212555123412345',
  '+0123456789',
  '2125551234',
  '+12125551234\n',
])('takes %j for no number at all', (text) => {
  expect(e164Schema.safeParse(text).success).toBe(false);
});

it('decides about anything that looks like a number, and never allows one of no country', () => {
  const number = fc.stringMatching(/^\+[1-9]\d{1,14}$/);
  fc.assert(
    fc.property(number, (to) => {
      const decision = decideDial(factsFor(to, { allowedCountries: ['US', 'GB', 'DE'] }), monday);
      expect(decision.reasons).toHaveLength(9);
      expect(decision.allowed).toBe(decision.code === null);
      const { countries } = decision.destination;
      if (decision.allowed) expect(['US', 'GB', 'DE']).toEqual(expect.arrayContaining(countries));
      if (decision.allowed) expect(countries.length).toBeGreaterThan(0);
      if (decision.allowed && !to.startsWith('+1')) expect(decision.destination.kind).not.toBeNull();
    }),
    { numRuns: 5000 },
  );
});
