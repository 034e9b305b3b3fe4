import { describe, expect, it } from 'vitest';
import { parseClientDialLimits } from '../client-dial-limits.ts';
import { clientWith, factsFor, monday } from '../testing/facts.ts';
import { zonesOfCountry } from '../where/zones-of-country.ts';
import { isAllowedCountry } from './is-allowed-country.ts';
import { isClientActive } from './is-client-active.ts';
import { isDoNotCall } from './is-do-not-call.ts';
import { isExpensive } from './is-expensive.ts';
import { isTooOften } from './is-too-often.ts';
import { isWithinCallingHours } from './is-within-calling-hours.ts';
import { usualPlaceRules } from './place-rules.ts';
import type { DialFacts, Finding } from './rule.ts';

const codeOf = (finding: Finding) => (finding.verdict === 'forbids' ? finding.code : finding.verdict);
const minute = 60_000;
const day = 24 * 60 * minute;

it('forbids whoever is on a do-not-call list', () => {
  const doNotCall = { list: 'client' as const, reason: 'asked by mail', since: new Date(monday) };
  expect(codeOf(isDoNotCall(factsFor('+12125551234'), monday))).toBe('allows');
  expect(isDoNotCall(factsFor('+12125551234', { doNotCall }), monday)).toMatchObject({
    code: 'dial/do-not-call',
    detail: 'This number is on the do-not-call list (asked by mail).',
    passesAtMs: null,
  });
});

it.each([
  [null, 'allows'],
  [{ status: 'Active', limits: {} }, 'allows'],
  [{ status: 'Suspended', limits: {} }, 'dial/client-not-active'],
  [{ status: null, limits: null }, 'dial/client-not-active'],
  [{ status: 'Active', limits: null }, 'dial/client-limits-unreadable'],
  [{ status: 'Active', limits: parseClientDialLimits({ allowed_countries: 'US' }) }, 'dial/client-limits-unreadable'],
  [{ status: 'Active', limits: parseClientDialLimits({ calls_per_day: 5, other: 1 }) }, 'allows'],
] as const)('of a client %j says %s', (client, said) => {
  expect(codeOf(isClientActive(factsFor('+12125551234', { client }), monday))).toBe(said);
});

const forbidden = 'dial/country-not-allowed';
it.each([
  ['+12125551234', ['US'], undefined, 'allows'],
  ['+15558675310', ['US'], undefined, 'allows'],
  ['+442071838750', ['US'], undefined, forbidden],
  ['+442071838750', ['US', 'GB'], undefined, 'allows'],
  ['+18765551234', ['US'], undefined, forbidden],
  ['+14165550123', ['US'], undefined, forbidden],
  ['+12125551234', ['US', 'GB'], ['GB'], forbidden],
  // A client's list makes narrower only.
  ['+442071838750', ['US'], ['US', 'GB'], forbidden],
  ['+881612345678', ['US'], undefined, forbidden],
  ['+12125551234', [], undefined, forbidden],
] as const)('to %s, with %j allowed and the client’s %j: %s', (to, allowedCountries, ...[allowed_countries, said]) => {
  const client = clientWith({ allowed_countries: allowed_countries && [...allowed_countries] });
  expect(codeOf(isAllowedCountry(factsFor(to, { allowedCountries, client }), monday))).toBe(said);
});

const expensive = 'dial/expensive-number';
it.each([
  ['+12125551234', 'allows'],
  ['+15558675310', 'allows'],
  ['+1234567890', 'allows'],
  ['+18005551212', 'allows'],
  ['+15005550006', 'allows'],
  ['+15002345678', expensive],
  ['+19005551234', expensive],
  ['+1900', expensive],
  ['+12129761234', expensive],
  ['+17001234567', expensive],
  ['+442071838750', 'allows'],
  ['+443001234567', 'allows'],
  ['+449012345678', expensive],
  ['+448712345678', expensive],
  ['+447012345678', expensive],
  ['+33899123456', expensive],
  ['+881612345678', expensive],
  ['+88216123456', expensive],
  ['+883510012345', expensive],
  ['+870773123456', expensive],
  ['+979123456789', expensive],
  ['+80812345678', expensive],
  ['+4900000000', 'dial/unknown-number'],
  ['+99912345', 'dial/unknown-number'],
])('calling %s: %s', (to, said) => {
  expect(codeOf(isExpensive(factsFor(to), monday))).toBe(said);
});

describe('calling hours', () => {
  const enforced = { enforce_calling_hours: true };
  const say = (to: string, at: string, changes: Partial<DialFacts> = { client: clientWith(enforced) }) =>
    isWithinCallingHours(factsFor(to, changes), Date.parse(at));

  it.each([
    ['+12125551234', '2026-06-01T07:59:59-04:00', false],
    ['+12125551234', '2026-06-01T08:00:00-04:00', true],
    ['+12125551234', '2026-06-01T20:59:59-04:00', true],
    ['+12125551234', '2026-06-01T21:00:00-04:00', false],
    // Florida by its law, in both zones of the area code.
    ['+13055551234', '2026-06-01T19:59:59-04:00', true],
    ['+13055551234', '2026-06-01T20:00:00-04:00', false],
    ['+18505551234', '2026-06-01T08:30:00-04:00', false],
    ['+18505551234', '2026-06-01T09:00:00-04:00', true],
    ['+18595551234', '2026-06-01T09:59:00-04:00', false],
    ['+12055551234', '2026-06-07T12:00:00-05:00', false],
    ['+12145551234', '2026-06-07T11:59:00-05:00', false],
    ['+12145551234', '2026-06-07T12:00:00-05:00', true],
    ['+12155551234', '2026-07-03T12:00:00-04:00', false],
    // An area code that is nobody's can be anywhere from Hawaii to New York.
    ['+15558675310', '2026-06-01T13:59:00-04:00', false],
    ['+15558675310', '2026-06-01T15:00:00-04:00', true],
    ['+15558675310', '2026-06-01T20:59:00-04:00', true],
    ['+442071838750', '2026-06-01T08:00:00+01:00', true],
    ['+442071838750', '2026-06-01T07:59:00+01:00', false],
  ])('of %s at %s: open %s', (to, at, open) => {
    expect(codeOf(say(to, at))).toBe(open ? 'allows' : 'dial/outside-calling-hours');
  });

  it('are noted only, unless the client’s settings enforce them', () => {
    for (const client of [null, clientWith({}), clientWith({ enforce_calling_hours: false })]) {
      const noted = say('+12125551234', '2026-06-01T22:00:00-04:00', { client });
      expect(noted).toMatchObject({ verdict: 'notes', code: 'dial/outside-calling-hours' });
    }
  });

  it('say when they open again', () => {
    expect(say('+13055551234', '2026-06-01T20:00:00-04:00')).toMatchObject({
      passesAtMs: Date.parse('2026-06-02T08:00:00-04:00'),
      detail:
        'It is 20:00 on mon (America/New_York) where the person is: outside the calling hours, by the rules of FL.',
    });
  });

  it('are those of the person’s own zone where it is known, and never open where none is', () => {
    const client = clientWith(enforced);
    const at = '2026-06-01T09:00:00-04:00';
    expect(codeOf(say('+12125551234', at, { client, recipientZone: 'America/Los_Angeles' }))).not.toBe('allows');
    expect(codeOf(say('+15558675310', at, { client, recipientZone: 'America/New_York' }))).toBe('allows');
    expect(say('+881612345678', at)).toMatchObject({ code: 'dial/outside-calling-hours', passesAtMs: null });
  });

  it('are the client’s own week, narrowed by the state', () => {
    const own = { calling_hours: { windows: { mon: [['09:00', '12:00']], tue: [['07:00', '24:00']] } } };
    const limits = parseClientDialLimits({ ...own, enforce_calling_hours: true });
    const open = (to: string, at: string, more = {}) =>
      codeOf(say(to, at, { client: clientWith(limits && { ...limits, ...more }) })) === 'allows';
    expect(open('+12125551234', '2026-06-01T08:59:00-04:00')).toBe(false);
    expect(open('+12125551234', '2026-06-01T11:59:00-04:00')).toBe(true);
    expect(open('+12125551234', '2026-06-02T23:59:00-04:00')).toBe(true);
    expect(open('+12125551234', '2026-06-03T11:00:00-04:00')).toBe(false);
    expect(open('+13055551234', '2026-06-02T20:30:00-04:00')).toBe(false);
    expect(open('+13055551234', '2026-06-02T20:30:00-04:00', { ignore_state_rules: true })).toBe(true);
  });

  it('have states that there are, in zones that there are, each with its source', () => {
    expect(zonesOfCountry('US').length).toBeGreaterThan(5);
    for (const [state, { source, hours }] of Object.entries(usualPlaceRules.states)) {
      expect([state, source]).toEqual([expect.stringMatching(/^[A-Z]{2}$/), expect.stringMatching(/\d/)]);
      for (const [from, until] of Object.values(hours?.days ?? []).flat()) expect(from).toBeLessThan(until);
    }
  });
});

describe('how often', () => {
  const say = (attemptsAtMs: number[], changes: Partial<DialFacts> = {}, to = '+12125551234') =>
    isTooOften(factsFor(to, { attemptsAtMs, ...changes }), monday);
  const ago = (...minutes: number[]) => minutes.map((minutesAgo) => monday - minutesAgo * minute);

  it.each([
    [[], 'allows', null],
    [[1, 2], 'allows', null],
    [[1, 2, 3], 'dial/too-often', monday - 3 * minute + day],
    [[1, 2, 3, 4], 'dial/too-often', monday - 3 * minute + day],
    [[1, 2, 24 * 60 - 1], 'dial/too-often', monday + minute],
    [[1, 2, 24 * 60], 'allows', null],
    [[1500, 1600, 1700, 3000, 3100, 3200, 5000, 5100, 5200, 9000], 'dial/too-often', monday - 9000 * minute + 7 * day],
  ] as const)('rung %j minutes ago: %s', (minutes, said, passesAtMs) => {
    const finding = say(ago(...minutes));
    expect(codeOf(finding)).toBe(said);
    if (finding.verdict === 'forbids') expect(finding.passesAtMs).toBe(passesAtMs);
  });

  it('may be without a limit, or never', () => {
    expect(codeOf(say(ago(1, 2, 3, 4), { attemptLimits: { perDay: null, perWeek: null } }))).toBe('allows');
    expect(say([], { attemptLimits: { perDay: 0, perWeek: null } })).toMatchObject({ passesAtMs: null });
  });

  it('is no more than the state allows, where there is any limit', () => {
    const many = { perDay: 5, perWeek: null };
    expect(codeOf(say(ago(1, 2, 3), { attemptLimits: many }, '+13055551234'))).toBe('dial/too-often');
    const client = clientWith({ ignore_state_rules: true });
    expect(codeOf(say(ago(1, 2, 3), { attemptLimits: many, client }, '+13055551234'))).toBe('allows');
    const none = { perDay: null, perWeek: null };
    expect(codeOf(say(ago(1, 2, 3), { attemptLimits: none }, '+13055551234'))).toBe('allows');
  });
});
