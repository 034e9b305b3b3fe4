import { expect, it } from 'vitest';
import { type CostQuestion, costOfCall } from './cost-of-call.ts';
import { priceOf } from './testing/price-of.ts';

const number = { e164: '+12125551234', countries: ['US'], kind: 'FIXED_LINE_OR_MOBILE' };
const asked = (changes: Partial<CostQuestion> = {}): CostQuestion => ({
  currency: 'USD',
  carrier: 'twilio',
  number,
  charge: null,
  usage: [
    { vendor: 'twilio', item: 'call_minute', model: null, quantity: 61 },
    { vendor: 'openai', item: 'model_input_token', model: 'gpt-4.1-mini', quantity: 1000 },
  ],
  ...changes,
});
const carrier = priceOf({ incrementSeconds: 60, source: 'a list' });
const model = priceOf({ vendor: 'openai', item: 'model_input_token', priceMicros: 400_000, per: 1_000_000 });

it('has a line for everything that was used, with its price and where that is from', () => {
  const cost = costOfCall(asked(), [carrier, model], 1);
  expect(cost).toMatchObject({ total_micros: 28_400, known_micros: 28_400, missing: [] });
  expect(cost.lines[0]).toEqual({
    ...{ vendor: 'twilio', item: 'call_minute', model: null, quantity: 61, unit: 'second' },
    ...{ price_micros: 14_000, per: 1, currency: 'USD', cost_micros: 28_000, from: 'table', source: 'a list' },
  });
});

it('has no total while something has no price, and never takes that for nothing', () => {
  const cost = costOfCall(asked(), [carrier], 1);
  expect(cost).toMatchObject({
    total_micros: null,
    known_micros: 28_000,
    missing: ['model_input_token of openai (gpt-4.1-mini)'],
  });
  expect(cost.lines[1]).toMatchObject({ cost_micros: null, price_micros: null });
  expect(costOfCall(asked(), [carrier, priceOf({ ...model, priceMicros: null })], 1).total_micros).toBeNull();
  expect(costOfCall(asked(), [carrier, priceOf({ ...model, priceMicros: 0 })], 1).total_micros).toBe(28_000);
});

it('takes what the carrier charged in the place of the table’s price, and does not add currencies', () => {
  const charged = (currency: string) =>
    costOfCall(asked({ charge: { micros: 30_000, currency } }), [carrier, model], 1);
  expect(charged('USD')).toMatchObject({ total_micros: 30_400 });
  expect(charged('USD').lines[0]).toMatchObject({ from: 'carrier', cost_micros: 30_000, price_micros: null });
  expect(charged('EUR')).toMatchObject({ total_micros: null, known_micros: 400 });
});
