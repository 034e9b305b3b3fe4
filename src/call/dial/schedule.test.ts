import { describe, expect, it } from 'vitest';
import { usualPlaceRules } from './rules/place-rules.ts';
import { boundsOf, nextMoment } from './schedule.ts';

const person = { to: '+12125550101', recipientZone: null, places: usualPlaceRules };
const wall = (day: number, minuteOfDay: number) => ({ wall: { year: 2026, month: 6, day, minuteOfDay } });
const workdays = { windows: { mon: [['09:00', '17:00']], tue: [['09:00', '17:00']] } };

describe('a schedule', () => {
  it('is read by the person’s clock, or by the one it names', () => {
    const schedule = { notBefore: wall(1, 600), notAfter: wall(1, 720), window: null, timezone: 'recipient' };
    expect(boundsOf(schedule, person)).toEqual({
      notBeforeMs: Date.UTC(2026, 5, 1, 14),
      notAfterMs: Date.UTC(2026, 5, 1, 16),
    });
    const inBerlin = boundsOf({ ...schedule, timezone: 'Europe/Berlin' }, person);
    expect(inBerlin.notBeforeMs).toBe(Date.UTC(2026, 5, 1, 8));
    expect(boundsOf(schedule, { ...person, recipientZone: 'America/Denver' }).notBeforeMs).toBe(
      Date.UTC(2026, 5, 1, 16),
    );
  });

  it('is read by the clock of the number’s country where the number tells no more', () => {
    const schedule = { notBefore: wall(1, 600), notAfter: wall(1, 720), window: null, timezone: 'recipient' };
    const { notBeforeMs, notAfterMs } = boundsOf(schedule, { to: '+442071838750', recipientZone: null });
    expect([notBeforeMs, notAfterMs]).toEqual([Date.UTC(2026, 5, 1, 9), Date.UTC(2026, 5, 1, 11)]);
  });

  it('waits for its window', () => {
    const stored = { window: workdays, timezone: 'recipient' };
    const mondayNoon = Date.UTC(2026, 5, 1, 16);
    expect(nextMoment(stored, person, mondayNoon)).toBe(mondayNoon);
    expect(nextMoment(stored, person, Date.UTC(2026, 5, 1, 23))).toBe(Date.UTC(2026, 5, 2, 13));
    expect(nextMoment(stored, person, Date.UTC(2026, 5, 2, 23))).toBe(Date.UTC(2026, 5, 8, 13));
    expect(nextMoment({ window: null, timezone: 'recipient' }, person, mondayNoon)).toBe(mondayNoon);
    expect(nextMoment(null, person, mondayNoon)).toBe(mondayNoon);
  });

  it('is closed on the holidays of the country where the person is', () => {
    const daily = { windows: { mon: [['09:00', '17:00']], tue: [['09:00', '17:00']] }, closed_on_holidays: true };
    const stored = { window: daily, timezone: 'recipient' };
    const labourDay = Date.UTC(2026, 8, 7, 16);
    const inLondon = { ...person, to: '+442071838750' };
    expect(nextMoment(stored, person, labourDay)).toBe(Date.UTC(2026, 8, 8, 13));
    expect(nextMoment(stored, inLondon, Date.UTC(2026, 8, 7, 12))).toBe(Date.UTC(2026, 8, 7, 12));
    expect(nextMoment(stored, inLondon, Date.UTC(2026, 7, 31, 12))).toBe(Date.UTC(2026, 8, 1, 8));
  });
});
