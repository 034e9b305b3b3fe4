import { expect, it } from 'vitest';
import { findPrice, type PriceQuestion } from './find-price.ts';
import type { Price } from './price.ts';
import { priceOf } from './testing/price-of.ts';
import { usualPrices } from './usual-prices.ts';

const number = (e164: string, countries: string[], kind: string | null = 'MOBILE') => ({ e164, countries, kind });
const asked = (changes: Partial<PriceQuestion> = {}): PriceQuestion => ({
  vendor: 'twilio',
  item: 'call_minute',
  model: null,
  currency: 'USD',
  number: number('+447700900123', ['GB']),
  ...changes,
});
const found = (prices: readonly Price[], changes: Partial<PriceQuestion> = {}, atMs = 1000) =>
  findPrice(prices, asked(changes), atMs)?.priceMicros;

it('takes the price of the longest beginning of the number', () => {
  const prices = [
    priceOf({ priceMicros: 1 }),
    priceOf({ prefix: '+44', priceMicros: 2 }),
    priceOf({ prefix: '+447', priceMicros: 3 }),
    priceOf({ prefix: '+4479', priceMicros: 4 }),
  ];
  expect(found(prices)).toBe(3);
  expect(found(prices, { number: number('+442071838750', ['GB']) })).toBe(2);
  expect(found(prices, { number: number('+33123456789', ['FR']) })).toBe(1);
});

it('takes the operator’s own before any published one, however close that is', () => {
  const usual = priceOf({ prefix: '+4477', priceMicros: 5, origin: 'usual' });
  expect(found([usual, priceOf({ prefix: '+44', priceMicros: 2 })])).toBe(2);
  expect(found([usual])).toBe(5);
});

it('takes the newest that holds at the moment, and none that is over or not yet there', () => {
  const prices = [
    priceOf({ priceMicros: 1, validFromMs: 0 }),
    priceOf({ priceMicros: 2, validFromMs: 500 }),
    priceOf({ priceMicros: 3, validFromMs: 2000 }),
    priceOf({ priceMicros: 4, validFromMs: 600, validUntilMs: 900 }),
  ];
  expect([found(prices, {}, 100), found(prices, {}, 700), found(prices, {}, 1000), found(prices, {}, 2000)]).toEqual([
    1, 4, 2, 3,
  ]);
});

it('takes what the number leaves open at its dearest', () => {
  const prices = [
    priceOf({ numberKind: 'FIXED_LINE', priceMicros: 1 }),
    priceOf({ numberKind: 'MOBILE', priceMicros: 3 }),
    priceOf({ priceMicros: 2 }),
  ];
  const kindOf = (kind: string | null) => found(prices, { number: number('+447', ['GB'], kind) });
  expect(['FIXED_LINE', 'MOBILE', 'TOLL_FREE', 'FIXED_LINE_OR_MOBILE', null].map(kindOf)).toEqual([1, 3, 2, 3, 3]);
});

it('knows no price in another currency, of another item or model, or for a country that is not sure', () => {
  expect(found([priceOf({})], { currency: 'EUR' })).toBeUndefined();
  expect(found([priceOf({})], { item: 'stream_minute', number: null })).toBeUndefined();
  const gpt = priceOf({ vendor: 'openai', item: 'model_input_token', model: 'gpt-4.1-mini*' });
  const model = (name: string) =>
    found([gpt], { vendor: 'openai', item: 'model_input_token', model: name, number: null });
  expect([model('gpt-4.1-mini-2025-04-14'), model('gpt-4.1'), model('gpt-4.1-mini')]).toEqual([
    14_000,
    undefined,
    14_000,
  ]);
  const inAmerica = priceOf({ prefix: '+1', countries: ['US', 'CA'] });
  const to = (countries: string[]) => found([inAmerica], { number: number('+18765551234', countries) });
  expect([to(['US']), to(['JM']), to([]), to(['US', 'JM'])]).toEqual([14_000, undefined, undefined, undefined]);
});

it('has published prices for usual calls, and none for the dear ones beside them', () => {
  const to = (e164: string, country: string) =>
    found(usualPrices, { number: number(e164, [country]) }, Date.UTC(2026, 5));
  expect(to('+12125551234', 'US')).toBe(14_000);
  expect(to('+14165551234', 'CA')).toBe(14_000);
  expect(to('+19075551234', 'US')).toBeNull();
  expect(to('+18765551234', 'JM')).toBeUndefined();
  expect(to('+447700900123', 'GB')).toBeUndefined();
  expect(usualPrices.every(({ source }) => source.length > 20)).toBe(true);
});
