import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseMicros, toDecimal } from './money.ts';

it.each([
  ['0', 0],
  ['25', 25_000_000],
  ['2.50', 2_500_000],
  ['0.000001', 1],
  ['999999999.999999', 999_999_999_999_999],
])('reads %s', (decimal, micros) => {
  expect(parseMicros(decimal)).toBe(micros);
});

it.each(['', '-1', '1e3', '1,50', '.5', '1.', '0.0000001', '1234567890', ' 1', 'NaN', '٣'])(
  'takes %j for no amount',
  (text) => {
    expect(parseMicros(text)).toBeNull();
  },
);

it('writes what it reads, exactly', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999_999_999_999 }), (micros) => {
      expect(parseMicros(toDecimal(micros))).toBe(micros);
    }),
  );
  expect([toDecimal(14_000), toDecimal(2_500_000), toDecimal(1), toDecimal(-30_000)]).toEqual([
    '0.014',
    '2.50',
    '0.000001',
    '-0.03',
  ]);
});
