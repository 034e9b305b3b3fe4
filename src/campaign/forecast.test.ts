import { describe, expect, it } from 'vitest';
import { expectedEnd, type ForecastFacts } from './forecast.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const always: ForecastFacts['when'] = () => 'now';
/** Open from 9 to 10 o'clock. */
const oneHour: ForecastFacts['when'] = (atMs) => {
  const inDay = atMs % day;
  if (inDay >= 9 * hour && inDay < 10 * hour) return 'now';
  return inDay < 9 * hour ? atMs - inDay + 9 * hour : atMs - inDay + day + 9 * hour;
};
const plain: ForecastFacts = { left: 60, callsPerMinute: 10, atMs: 0, endsAtMs: null, when: always };

describe('the end of a campaign', () => {
  it.each([
    ['by its pace', {}, 6 * minute],
    ['at once, when nobody is left', { left: 0 }, 0],
    ['when its hours have come', { when: oneHour }, 9 * hour + 6 * minute],
    ['on the third day, as the hours are short', { left: 1500, when: oneHour }, 2 * day + 9 * hour + 30 * minute],
    ['at its set end', { left: 6000, endsAtMs: hour }, hour],
    ['never, in hours that never come', { when: () => 'never' as const }, null],
    ['never, without any pace', { callsPerMinute: 0 }, null],
  ])('is expected %s', (_why, changes, end) => {
    expect(expectedEnd({ ...plain, ...changes })).toBe(end);
  });
});
