import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toLocalTime } from './local-time.ts';
import { toInstant } from './to-instant.ts';

const newYork = 'America/New_York';
const at = (day: string, clock: string, zone = newYork) => {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return new Date(toInstant({ year, month, day: date, minuteOfDay: hours * 60 + minutes }, zone)).toISOString();
};

it('takes the offset of that day', () => {
  expect(at('2026-01-15', '09:30')).toBe('2026-01-15T14:30:00.000Z');
  expect(at('2026-07-15', '09:30')).toBe('2026-07-15T13:30:00.000Z');
  expect(at('2026-07-15', '09:30', 'Asia/Kathmandu')).toBe('2026-07-15T03:45:00.000Z');
});

it('takes the first valid minute for a time that the clock leaves out', () => {
  expect(at('2026-03-08', '02:30')).toBe('2026-03-08T07:00:00.000Z');
  expect(at('2026-03-08', '03:00')).toBe('2026-03-08T07:00:00.000Z');
  expect(at('2026-10-04', '02:15', 'Australia/Lord_Howe')).toBe('2026-10-03T15:30:00.000Z');
});

it('takes a time that comes twice once, the first time', () => {
  expect(at('2026-11-01', '01:30')).toBe('2026-11-01T05:30:00.000Z');
  expect(at('2026-11-01', '02:00')).toBe('2026-11-01T07:00:00.000Z');
});

it('is undone by the clock of the zone, wherever the time exists', () => {
  const zones = ['America/New_York', 'Europe/London', 'Asia/Kolkata', 'Pacific/Apia', 'Australia/Lord_Howe', 'UTC'];
  const instants = fc.integer({ min: Date.UTC(2025, 0, 1) / 60_000, max: Date.UTC(2027, 0, 1) / 60_000 });
  fc.assert(
    fc.property(fc.constantFrom(...zones), instants, (zone, minutes) => {
      const ms = minutes * 60_000;
      const found = toInstant(toLocalTime(zone, ms), zone);
      expect(toLocalTime(zone, found)).toEqual(toLocalTime(zone, ms));
      expect(found).toBeLessThanOrEqual(ms);
    }),
  );
});
