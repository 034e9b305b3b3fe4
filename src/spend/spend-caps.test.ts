import { expect, it } from 'vitest';
import { crossedThresholds, noCaps, toCapStates } from './spend-caps.ts';

const place = { clientId: 'client_a', campaignId: null, day: '2026-11-28', currency: 'USD' };
const caps = {
  operator: { ...noCaps, perDay: 1000, perMonth: 5000 },
  client: { ...noCaps, perCall: 70 },
  campaign: noCaps,
};
const sum = (scope: string, period: string, [reserved_micros, settled_micros]: [number, number]) => ({
  ...{ scope, period, reserved_micros, settled_micros },
});

it('holds what is reserved and spent against each cap, in its own period', () => {
  const sums = [
    sum('operator', '2026-11-28', [100, 200]),
    sum('operator', '2026-11', [300, 400]),
    sum('client:client_a', '2026-11', [9, 9]),
  ];
  expect(toCapStates(caps, place, sums)).toMatchObject([
    { whose: 'operator', period: 'day', capMicros: 1000, usedMicros: 300, endsAtMs: Date.UTC(2026, 10, 29) },
    { whose: 'operator', period: 'month', capMicros: 5000, usedMicros: 700, endsAtMs: Date.UTC(2026, 11, 1) },
    { whose: 'client', period: 'call', capMicros: 70, usedMicros: 0, endsAtMs: null },
  ]);
});

it('tells each line that is crossed, once on the way up, and all of a cap that refused a call', () => {
  const states = toCapStates(caps, place, [sum('operator', '2026-11-28', [0, 400])]);
  const percents = (added: number, isFull = false) =>
    crossedThresholds(states, added, () => isFull)
      .filter(({ period }) => period === 'day')
      .map(({ percent }) => percent);
  expect([percents(99), percents(100), percents(400), percents(600)]).toEqual([[], [50], [50, 80], [50, 80, 100]]);
  expect(percents(0, true)).toEqual([50, 80, 100]);
  expect(crossedThresholds(states, 1000).map(({ period }) => period)).not.toContain('call');
});
