/** A price of the operator's own, for tests to change. */
import type { Price } from '../price.ts';

export const priceOf = (changes: Partial<Price>): Price => ({
  id: 'price_1',
  vendor: 'twilio',
  item: 'call_minute',
  model: null,
  prefix: null,
  countries: null,
  numberKind: null,
  currency: 'USD',
  priceMicros: 14_000,
  per: 1,
  incrementSeconds: 1,
  validFromMs: 0,
  validUntilMs: null,
  source: 'a test',
  origin: 'own',
  ...changes,
});
