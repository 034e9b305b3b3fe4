import { expect, it } from 'vitest';
import { findClockTime } from './clock-time.ts';

const nowMs = Date.UTC(2026, 5, 1, 15);

it.each([
  ['call me back at 5', '17:00'],
  ['please call me back at five', '17:00'],
  ['try me around 9 30', '09:30'],
  ['call at 9 30 pm', '21:30'],
  ['call me back at 12 a m', '00:00'],
  ["tomorrow at 8 o'clock", 'tomorrow 08:00'],
  ['call me tomorrow at 3 in the afternoon', 'tomorrow 15:00'],
  ['call me at 15 30', '15:30'],
  ['at noon', '12:00'],
  ['5 pm please', '17:00'],
  ['call me back in an hour', '2026-06-01T16:00:00.000Z'],
  ['call me in half an hour', '2026-06-01T15:30:00.000Z'],
  ['in 20 minutes', '2026-06-01T15:20:00.000Z'],
])('%j names %s', (said, time) => {
  expect(findClockTime(said, nowMs)).toBe(time);
});

it.each(['call me later', "i'm at work", 'call at 99', 'i have 5 children', ''])('%j names no time', (said) => {
  expect(findClockTime(said, nowMs)).toBeNull();
});
