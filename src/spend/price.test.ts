import fc from 'fast-check';
import { expect, it } from 'vitest';
import { chargeFor, type Price } from './price.ts';
import { priceOf } from './testing/price-of.ts';

const perMinute = priceOf({ item: 'call_minute', priceMicros: 14_000, incrementSeconds: 60 });

it.each([
  [perMinute, 0, 0],
  [perMinute, 1, 14_000],
  [perMinute, 60, 14_000],
  [perMinute, 61, 28_000],
  [priceOf({ item: 'speech_to_text_minute', priceMicros: 7700 }), 30, 3850],
  [priceOf({ item: 'speech_to_text_minute', priceMicros: 7700 }), 1, 129],
  [priceOf({ item: 'text_to_speech_character', priceMicros: 30_000, per: 1000 }), 1, 30],
  [priceOf({ item: 'model_input_token', priceMicros: 400_000, per: 1_000_000 }), 1, 1],
  [priceOf({ item: 'model_input_token', priceMicros: 400_000, per: 1_000_000 }), 2_000_000, 800_000],
  [priceOf({ item: 'call_minute', priceMicros: null }), 60, null],
] satisfies [Price, number, number | null][])('charges for %j, %s of it: %s', (price, quantity, micros) => {
  expect(chargeFor(price, quantity)).toBe(micros);
});

it('charges whole micro-units, never less than the exact price and less than one more', () => {
  const whole = fc.integer({ min: 0, max: 10_000_000 });
  fc.assert(
    fc.property(whole, whole, fc.integer({ min: 1, max: 1_000_000 }), (quantity, priceMicros, per) => {
      const charge = BigInt(chargeFor(priceOf({ item: 'model_input_token', priceMicros, per }), quantity) ?? -1);
      const exact = BigInt(quantity) * BigInt(priceMicros);
      expect(charge * BigInt(per) >= exact && (charge - 1n) * BigInt(per) < exact).toBe(true);
    }),
  );
});
