import { describe, expect, it } from 'vitest';
import { clientWith, factsFor, monday } from '../testing/facts.ts';
import { isTooOften } from './is-too-often.ts';
import { isWithinCallingHours } from './is-within-calling-hours.ts';
import { holidaysAt, mergePlaceRules, rulesAt, usualPlaceRules } from './place-rules.ts';

const inTexas = '+12145551234';
const inLondon = '+442071838750';
const client = clientWith({ enforce_calling_hours: true });
const own = (table: unknown) => mergePlaceRules(usualPlaceRules, table);
const isOpen = (to: string, at: string, table: unknown) =>
  isWithinCallingHours(factsFor(to, { client, places: own(table) }), Date.parse(at)).verdict === 'allows';

describe('a table of one’s own', () => {
  const source = 'our lawyer, 2026-11';

  it('takes the place of the entries that it names, and of no other', () => {
    const table = { states: { TX: { source, hours: { windows: { daily: [['10:00', '12:00']] } } } } };
    expect(isOpen(inTexas, '2026-06-01T11:59:00-05:00', table)).toBe(true);
    expect(isOpen(inTexas, '2026-06-01T12:00:00-05:00', table)).toBe(false);
    expect(own(table).states.FL).toBe(usualPlaceRules.states.FL);
  });

  it('takes an entry away by null', () => {
    expect(isOpen(inTexas, '2026-06-07T11:00:00-05:00', {})).toBe(false);
    expect(isOpen(inTexas, '2026-06-07T11:00:00-05:00', { states: { TX: null } })).toBe(true);
  });

  it('has rules for countries, too, which no client is free of', () => {
    const windows = { daily: [['10:00', '18:00']], sun: [] };
    const table = { countries: { GB: { source, hours: { windows }, calls_per_day: 1 } } };
    expect(isOpen(inLondon, '2026-06-01T09:00:00+01:00', table)).toBe(false);
    expect(isOpen(inLondon, '2026-06-07T12:00:00+01:00', table)).toBe(false);
    const attemptsAtMs = [monday - 60_000];
    const facts = factsFor(inLondon, {
      attemptsAtMs,
      places: own(table),
      client: clientWith({ ignore_state_rules: true }),
    });
    expect(isTooOften(facts, monday)).toMatchObject({ code: 'dial/too-often' });
  });

  it('has holidays of its own, which count where the hours close on holidays', () => {
    const holidays = [{ name: 'San Jacinto Day', date: '04-21' }];
    const hours = { windows: { daily: [['08:00', '21:00']] }, closed_on_holidays: true };
    const table = { states: { TX: { source, hours, holidays } } };
    expect(isOpen(inTexas, '2026-04-21T12:00:00-05:00', table)).toBe(false);
    expect(isOpen(inTexas, '2026-04-22T12:00:00-05:00', table)).toBe(true);
    expect(isOpen(inTexas, '2026-12-25T12:00:00-06:00', table)).toBe(false);
    expect(isOpen(inTexas, '2026-12-25T12:00:00-06:00', { ...table, countries: { US: null } })).toBe(true);
  });

  it.each([
    [{ states: { TX: { hours: {} } } }, 'states.TX.source'],
    [{ states: { Texas: { source } } }, 'states.Texas'],
    [
      { states: { TX: { source, hours: { windows: { mon: [['9:00', '12:00']] } } } } },
      'states.TX.hours.windows.mon.0.0',
    ],
    [
      { states: { TX: { source, hours: { windows: { mon: [['12:00', '09:00']] } } } } },
      'states.TX.hours.windows.mon.0',
    ],
    [{ states: { TX: { source, hours: { windows: { monday: [] } } } } }, 'states.TX.hours.windows'],
    [{ countries: { US: { source, holidays: [{ name: 'None', date: '02-29' }] } } }, 'countries.US.holidays.0.date'],
    [{ countries: { US: { source, holidays: [{ name: 'Half', weekday: 'mon' }] } } }, 'countries.US.holidays.0'],
    [
      { countries: { US: { source, holidays: [{ name: 'Two', date: '01-01', on: '2026-01-01' }] } } },
      'countries.US.holidays.0',
    ],
    [{ state: {} }, ''],
    ['TX', ''],
  ])('that is wrong says where: %j', (table, place) => {
    let places: string[] = [];
    try {
      own(table);
    } catch (error) {
      places = (error as { issues: { path: PropertyKey[] }[] }).issues.map(({ path }) => path.join('.'));
    }
    expect(places).toContain(place);
  });
});

describe('the table that comes along', () => {
  it('has a source for every entry', () => {
    for (const rule of [...Object.values(usualPlaceRules.states), ...Object.values(usualPlaceRules.countries)]) {
      expect(rule.source.length).toBeGreaterThan(5);
    }
  });

  it('has no state rules for numbers of another country that shares +1', () => {
    expect(rulesAt(usualPlaceRules, { countries: ['CA'], region: 'AL' }).state).toBeNull();
    expect(holidaysAt(usualPlaceRules, { countries: ['US', 'CA'], region: null })).toHaveLength(2);
  });
});
