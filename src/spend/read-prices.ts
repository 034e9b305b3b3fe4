/** The prices that may hold for a call: the operator's own, and the published ones. */
import { listPricesFor, type PriceRow } from '../store/prices.ts';
import type { Db } from '../store/schema.ts';
import type { Price, PriceItem } from './price.ts';
import { usualPrices } from './usual-prices.ts';

export const toPrice = (row: PriceRow): Price => ({
  id: row.id,
  vendor: row.vendor,
  item: row.item as PriceItem,
  model: row.model,
  prefix: row.prefix,
  countries: row.countries,
  numberKind: row.number_kind,
  currency: row.currency,
  priceMicros: row.price_micros,
  per: row.per,
  incrementSeconds: row.increment_seconds,
  validFromMs: row.valid_from.getTime(),
  validUntilMs: row.valid_until?.getTime() ?? null,
  source: row.source,
  origin: 'own',
});

export async function readPrices(db: Db, e164: string | null, atMs: number): Promise<Price[]> {
  const own = await listPricesFor(db, e164, new Date(atMs));
  return [...own.map(toPrice), ...usualPrices];
}
