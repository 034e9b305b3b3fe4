import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holidaysAt, usualPlaceRules } from '../rules/place-rules.ts';
import { toLocalTime } from './local-time.ts';
import { everyDay, isOpen, isOpenEverywhere, nextOpening, type OpenHours } from './open-hours.ts';

const usual: OpenHours = { days: everyDay([[480, 1260]]), holidays: [], closedDates: [] };
const minute = 60_000;
const quarter = 15 * minute;
const hour = 60 * minute;
const zones = Intl.supportedValuesOf('timeZone');

/** The local time by the zone's offset from UTC, in words that the database gives: another way than the one tested. */
const offsets = new Map<string, Intl.DateTimeFormat>();
function offsetMs(zone: string, atMs: number): number {
  const format = offsets.get(zone) ?? new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  offsets.set(zone, format);
  const name = format.formatToParts(atMs).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours, minutes] = /^GMT(?:([+-])(\d\d):(\d\d))?$/.exec(name) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * minute;
}
const byOffset = (zone: string, atMs: number) => new Date(atMs + offsetMs(zone, atMs));

/** Less than lies between any two changes of one zone, such as those around Ramadan. */
const tenDays = 10 * 24 * hour;

/** The moments in 2026 and 2027 within 12 hours of which the clocks of a zone change. */
function changesOf(zone: string): number[] {
  const found: number[] = [];
  let before = offsetMs(zone, Date.UTC(2026, 0, 1));
  for (let ms = Date.UTC(2026, 0, 1); ms < Date.UTC(2028, 0, 1); ms += tenDays) {
    const after = offsetMs(zone, ms + tenDays);
    if (after !== before) found.push(changeWithin(zone, ms, { before, withinMs: tenDays }));
    before = after;
  }
  return found;
}

function changeWithin(
  zone: string,
  fromMs: number,
  { before, withinMs }: { before: number; withinMs: number },
): number {
  if (withinMs <= 12 * hour) return fromMs;
  const halfMs = withinMs / 2;
  const from = offsetMs(zone, fromMs + halfMs) === before ? fromMs + halfMs : fromMs;
  return changeWithin(zone, from, { before, withinMs: halfMs });
}

describe('the clock on the wall', () => {
  it('is that of the zone’s offset, in every zone, every quarter of an hour around each change of the clocks', () => {
    let asked = 0;
    const wrong: string[] = [];
    for (const zone of zones) {
      const changes = changesOf(zone);
      const middles = changes.length > 0 ? changes : [Date.UTC(2026, 2, 8), Date.UTC(2026, 9, 25)];
      for (const middle of middles.slice(0, 4)) {
        for (let ms = middle - 12 * hour; ms <= middle + 24 * hour; ms += quarter) {
          const local = toLocalTime(zone, ms);
          const wanted = byOffset(zone, ms);
          const minuteOfDay = wanted.getUTCHours() * 60 + wanted.getUTCMinutes();
          const isRight =
            local.minuteOfDay === minuteOfDay &&
            local.day === wanted.getUTCDate() &&
            local.month === wanted.getUTCMonth() + 1 &&
            local.year === wanted.getUTCFullYear() &&
            isOpen(usual, local) === (wanted.getUTCHours() >= 8 && wanted.getUTCHours() < 21);
          if (!isRight) wrong.push(`${zone} at ${new Date(ms).toISOString()}`);
          asked += 1;
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(asked).toBeGreaterThan(100_000);
  });

  it('is that of the zone’s offset at any minute of 50 years', () => {
    const moment = fc.integer({ min: Date.UTC(2000, 0, 1) / minute, max: Date.UTC(2050, 0, 1) / minute });
    fc.assert(
      fc.property(fc.constantFrom(...zones), moment, (zone, atMinute) => {
        const { year, month, day, minuteOfDay, weekday } = toLocalTime(zone, atMinute * minute);
        const wanted = byOffset(zone, atMinute * minute);
        const shown = Date.UTC(year, month - 1, day, 0, minuteOfDay);
        expect(shown).toBe(Math.floor(wanted.getTime() / minute) * minute);
        expect(weekday).toBe(['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'][wanted.getUTCDay()]);
      }),
      { numRuns: 20_000 },
    );
  });
});

describe('open hours', () => {
  const newYork = ['America/New_York'];
  // In spring 2:00 is followed by 3:00, in autumn 1:00 to 2:00 comes twice.
  it.each([
    ['2026-03-08T06:59:00Z', [[60, 150]], true],
    ['2026-03-08T07:00:00Z', [[60, 150]], false],
    ['2026-03-08T07:00:00Z', [[150, 240]], true],
    ['2026-11-01T05:30:00Z', [[90, 120]], true],
    ['2026-11-01T06:30:00Z', [[90, 120]], true],
    ['2026-11-01T07:00:00Z', [[90, 120]], false],
  ] as const)('at %s in New York, open %j: %s', (at, spans, open) => {
    expect(isOpenEverywhere([{ ...usual, days: everyDay(spans) }], newYork, Date.parse(at))).toBe(open);
  });

  it('that lie in the hour which is left out do not open that day, and open the day after', () => {
    const inTheGap = { ...usual, days: everyDay([[150, 160]]) };
    const from = Date.parse('2026-03-08T00:00:00-05:00');
    expect(nextOpening([inTheGap], newYork, from)).toBe(Date.parse('2026-03-09T02:30:00-04:00'));
  });

  it('are closed on holidays, on the day they are kept, and on days of one’s own', () => {
    const hours = {
      ...usual,
      holidays: holidaysAt(usualPlaceRules, { countries: ['US'], region: null }),
      closedDates: ['2026-12-24'],
    };
    const isOpenOn = (day: string) => isOpenEverywhere([hours], newYork, Date.parse(`${day}T12:00:00-05:00`));
    // Independence Day of 2026 is a Saturday, New Year's Day of 2028 too.
    const closed = ['2026-01-01', '2026-01-19', '2026-02-16', '2026-05-25', '2026-06-19', '2026-07-03', '2026-07-04'];
    closed.push('2026-09-07', '2026-10-12', '2026-11-11', '2026-11-26', '2026-12-24', '2026-12-25', '2027-12-31');
    expect(closed.filter(isOpenOn)).toEqual([]);
    expect(['2026-01-02', '2026-07-06', '2026-11-27', '2026-12-23', '2027-12-30'].filter(isOpenOn)).toHaveLength(5);
  });

  it('never open where no zone is known, or where the zones have no hour in common', () => {
    const at = Date.UTC(2026, 5, 1, 16);
    expect(isOpenEverywhere([usual], [], at)).toBe(false);
    expect(nextOpening([usual], [], at)).toBeNull();
    expect(nextOpening([usual], ['America/New_York', 'Asia/Shanghai'], at)).not.toBeNull();
    const short = { ...usual, days: everyDay([[540, 600]]) };
    expect(nextOpening([short], ['America/New_York', 'Asia/Shanghai'], at)).toBeNull();
    expect(nextOpening([{ ...usual, days: everyDay([]) }], newYork, at)).toBeNull();
  });

  it('open next at the first minute that is open, and at none before', () => {
    const start = fc.integer({ min: 0, max: 1439 - 15 });
    const days = fc
      .tuple(start, fc.integer({ min: 15, max: 600 }))
      .map(([from, length]) => everyDay([[from, Math.min(from + length, 1440)]]));
    const moment = fc.integer({ min: Date.UTC(2026, 0, 1) / minute, max: Date.UTC(2027, 0, 1) / minute });
    fc.assert(
      fc.property(fc.constantFrom(...zones), days, moment, (zone, open, atMinute) => {
        const hours = [{ ...usual, days: open }];
        const at = atMinute * minute;
        const next = nextOpening(hours, [zone], at);
        if (next === null) throw new Error('never opens');
        expect(next).toBeGreaterThan(at);
        expect(isOpenEverywhere(hours, [zone], next)).toBe(true);
        const before: number[] = [];
        for (let ms = at + minute; ms < next; ms += minute) {
          if (isOpenEverywhere(hours, [zone], ms)) before.push(ms);
        }
        expect(before).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
