import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toLocalTime } from './local-time.ts';
import { readWishedTime } from './read-wished-time.ts';

/** A Monday; 11:00 in New York, 8:00 in Los Angeles. */
const nowMs = Date.UTC(2026, 5, 1, 15);
const read = (text: string, zones = ['America/New_York']) => {
  const ms = readWishedTime(text, zones, nowMs);
  return ms === null ? null : new Date(ms).toISOString();
};

it.each([
  ['2026-06-02T17:30', '2026-06-02T21:30:00.000Z'],
  ['2026-06-02T17:30:59', '2026-06-02T21:30:00.000Z'],
  ['2026-06-02T17:30:00Z', '2026-06-02T17:30:00.000Z'],
  ['2026-06-02T17:30+02:00', '2026-06-02T15:30:00.000Z'],
  ['17:00', '2026-06-01T21:00:00.000Z'],
  [' 10:59 ', '2026-06-02T14:59:00.000Z'],
  ['today 10:59', '2026-06-01T14:59:00.000Z'],
  ['tomorrow 09:00', '2026-06-02T13:00:00.000Z'],
  ['2026-03-08T02:30', '2026-03-08T07:00:00.000Z'],
])('%j on the phone in New York is %s', (text, iso) => {
  expect(read(text)).toBe(iso);
});

it.each([
  ...['', 'later', '5', '5pm', '24:00', '17:60', '2026-02-30T10:00', '2026-02-30T10:00:00Z', '2026-13-01T10:00'],
  ...['2026-06-01', '2026-06-01 17:00', 'next week 17:00', '2026-06-01T17:00 tomorrow', '0000-00-00T00:00'],
])('%j is no time', (text) => {
  expect(read(text)).toBeNull();
});

it('is the last of all zones in which the person can be, and none where that is not known', () => {
  expect(read('17:00', ['America/New_York', 'America/Los_Angeles'])).toBe('2026-06-02T00:00:00.000Z');
  expect(read('17:00', [])).toBeNull();
  expect(read('2026-06-02T17:30:00Z', [])).toBe('2026-06-02T17:30:00.000Z');
});

it('shows, by the clock there, what was wished for, and a bare time is within the next day', () => {
  const zones = ['America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'UTC'];
  const wishes = fc.record({ zone: fc.constantFrom(...zones), hour: fc.nat(23), minute: fc.nat(59) });
  fc.assert(
    fc.property(
      wishes,
      fc.date({ min: new Date('2025-01-01'), max: new Date('2028-01-01'), noInvalidDate: true }),
      (wish, now) => {
        const two = (part: number) => String(part).padStart(2, '0');
        const ms = readWishedTime(`${two(wish.hour)}:${two(wish.minute)}`, [wish.zone], now.getTime());
        const aheadMs = (ms ?? 0) - now.getTime();
        // A day of a changed clock has 23 or 25 hours, and a gap moves the time by its length.
        expect(aheadMs).toBeGreaterThan(-1);
        expect(aheadMs).toBeLessThanOrEqual(26 * 3600 * 1000);
        const { minuteOfDay } = toLocalTime(wish.zone, ms ?? 0);
        const wished = wish.hour * 60 + wish.minute;
        expect(minuteOfDay === wished || (minuteOfDay > wished && minuteOfDay - wished <= 60)).toBe(true);
      },
    ),
  );
});
