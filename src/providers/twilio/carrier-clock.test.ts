import { expect, it } from 'vitest';
import { clockSkewMs } from './carrier-clock.ts';

const nowMs = Date.UTC(2026, 10, 29, 15, 0, 0);
const minute = 60_000;
const hour = 60 * minute;
const dated = (ms: number) => new Date(ms).toUTCString();

it.each([
  ['clocks that agree', dated(nowMs), 0],
  ['an answer on its way for a while', dated(nowMs - 4000), 0],
  ['as much as that looks like', dated(nowMs - 5000), 0],
  ['our clock a little ahead', dated(nowMs - 6000), 6000],
  ['our clock a little behind', dated(nowMs + 6000), -6000],
  ['our clock an hour ahead', dated(nowMs - hour), hour],
  ['our clock an hour behind', dated(nowMs + hour), -hour],
  ['a clock that began in 1970', dated(0), nowMs],
  ["Twilio's form of dates", 'Sun, 29 Nov 2026 14:00:00 +0000', hour],
  ['no header', null, 0],
  ['an empty header', '', 0],
  ['a header that nobody can read', 'yesterday', 0],
  ['half a header', 'Sun, 29 Nov', 0],
])('%s', (_case, date, skewMs) => {
  expect(clockSkewMs(date, nowMs)).toBe(skewMs);
});
