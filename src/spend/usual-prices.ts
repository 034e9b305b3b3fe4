/** The prices that vendors published, for whoever has set none of their own. */
import { z } from 'zod';
import { type Price, type PriceItem, priceItems } from './price.ts';
import published from './usual-prices.json' with { type: 'json' };

const usualPrice = z
  .object({
    vendor: z.string(),
    item: z.enum(Object.keys(priceItems) as [PriceItem, ...PriceItem[]]),
    model: z.string().nullable().default(null),
    prefix: z.string().nullable().default(null),
    countries: z.array(z.string()).nullable().default(null),
    number_kind: z.string().nullable().default(null),
    price_micros: z.int().min(0).nullable(),
    per: z.int().min(1).default(1),
    increment_seconds: z.int().min(1).default(1),
    valid_from: z.iso.date(),
    source: z.string(),
  })
  .strict();

function toPrice(row: z.infer<typeof usualPrice>, place: number): Price {
  const { number_kind, price_micros, increment_seconds, valid_from, ...same } = row;
  return {
    ...same,
    id: `usual_${place}`,
    numberKind: number_kind,
    currency: 'USD',
    priceMicros: price_micros,
    incrementSeconds: increment_seconds,
    validFromMs: Date.parse(valid_from),
    validUntilMs: null,
    origin: 'usual',
  };
}

export const usualPrices: readonly Price[] = z.array(usualPrice).parse(published.prices).map(toPrice);
