import { expect, it } from 'vitest';
import { decideDial } from './decide-dial.ts';
import { toSpokenMoment, whyNoTime, whyNotThen } from './judge-call-back.ts';
import { factsFor, monday } from './testing/facts.ts';

const zones = ['America/New_York'];
const hour = 3600 * 1000;
const wish = (wishedMs: number | null, more = {}) => ({ wishedMs, nowMs: monday, zones, ...more });
const decide = (atMs: number, changes = {}) =>
  decideDial(factsFor('+12125550101', { keepsHours: true, ...changes }), atMs);

it('says a time as a person hears it', () => {
  expect(toSpokenMoment(monday, zones)).toBe('Monday 2026-06-01 at 11:00 (America/New_York)');
  expect(toSpokenMoment(monday, [])).toBe('Monday 2026-06-01 at 15:00 (UTC)');
});

it.each([
  ['no time', wish(null), /no time.*It is Monday 2026-06-01 at 11:00/],
  ['no time, nobody knows where', wish(null, { zones: [] }), /time zone of the person/],
  ['a time that has passed', wish(monday), /passed/],
  ['a time too far ahead', wish(monday + 31 * 24 * hour), /30 days/],
])('refuses %s', (_what, asked, words) => {
  expect(whyNoTime(asked)).toMatch(words);
});

it('takes a time from the next moment to the last of the thirty days', () => {
  expect(whyNoTime(wish(monday + 1))).toBeNull();
  expect(whyNoTime(wish(monday + 30 * 24 * hour))).toBeNull();
});

it('names the nearest time that the rules allow, which they then do', () => {
  const night = monday + 12 * hour;
  const words = whyNotThen(decide(night), wish(night)) ?? '';
  expect(words).toContain('Tuesday 2026-06-02 at 08:00 (America/New_York)');
  const nearest = Date.parse(/give it as (\S+)\.$/.exec(words)?.[1] ?? '');
  expect(whyNotThen(decide(nearest), wish(nearest))).toBeNull();
});

it('names no time for somebody who is never to be called', () => {
  const doNotCall = { list: 'client' as const, reason: 'asked', since: new Date(monday) };
  const words = whyNotThen(decide(monday + hour, { doNotCall }), wish(monday + hour));
  expect(words).toMatch(/cannot be called/);
  expect(words).not.toContain('next time');
});
