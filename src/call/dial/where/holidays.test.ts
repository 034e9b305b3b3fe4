import { describe, expect, it } from 'vitest';
import { holidaysAt, usualPlaceRules } from '../rules/place-rules.ts';
import { createHolidays } from './holidays.ts';

const dayMs = 24 * 3600 * 1000;
const toParts = (ms: number) => {
  const at = new Date(ms);
  return { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate() };
};

/** The holidays of a year as in 12-25. */
function holidaysOf(country: string, year: number): string[] {
  const calendars = holidaysAt(usualPlaceRules, { countries: [country], region: null });
  const found: string[] = [];
  for (let ms = Date.UTC(year, 0, 1); ms < Date.UTC(year + 1, 0, 1); ms += dayMs) {
    if (calendars.some((holidays) => holidays.has(toParts(ms)))) found.push(new Date(ms).toISOString().slice(5, 10));
  }
  return found;
}

describe('public holidays', () => {
  // As their governments list them: opm.gov, gov.uk/bank-holidays, canada.ca, the Bundesländer, service-public.fr.
  it.each([
    ['US', 2026, '01-01 01-19 02-16 05-25 06-19 07-03 07-04 09-07 10-12 11-11 11-26 12-25'],
    ['US', 2027, '01-01 01-18 02-15 05-31 06-18 06-19 07-04 07-05 09-06 10-11 11-11 11-25 12-24 12-25 12-31'],
    ['GB', 2026, '01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-26 12-28'],
    ['GB', 2027, '01-01 03-26 03-29 05-03 05-31 08-30 12-25 12-26 12-27 12-28'],
    ['GB', 2022, '01-01 01-03 04-15 04-18 05-02 05-30 08-29 12-25 12-26 12-27'],
    ['CA', 2026, '01-01 04-03 05-18 07-01 09-07 09-30 10-12 11-11 12-25 12-26 12-28'],
    ['DE', 2026, '01-01 04-03 04-06 05-01 05-14 05-25 10-03 12-25 12-26'],
    ['FR', 2026, '01-01 04-06 05-01 05-08 05-14 05-25 07-14 08-15 11-01 11-11 12-25'],
  ])('of %s in %i are %s', (country, year, days) => {
    expect(holidaysOf(country, year).join(' ')).toBe(days);
  });

  it('count from Easter in every year', () => {
    const easter = createHolidays([{ name: 'Easter Sunday', daysFromEaster: 0 }]);
    const known = ['1999-04-04', '2000-04-23', '2008-03-23', '2019-04-21', '2024-03-31', '2025-04-20', '2038-04-25'];
    for (const day of known) {
      expect([day, easter.has(toParts(Date.parse(day)))]).toEqual([day, true]);
      expect(easter.has(toParts(Date.parse(day) + 7 * dayMs))).toBe(false);
    }
  });

  it('may be of one year alone', () => {
    const once = createHolidays([{ name: 'A coronation', on: '2023-05-08' }]);
    expect(once.has({ year: 2023, month: 5, day: 8 })).toBe(true);
    expect(once.has({ year: 2024, month: 5, day: 8 })).toBe(false);
  });
});
