/** Queries on the operator's own prices. */
import { type Insertable, type Selectable, sql } from 'kysely';
import type { Db } from './schema.ts';
import type { PricesTable } from './spend-tables.ts';

export type PriceRow = Selectable<PricesTable>;
export type NewPrice = Insertable<PricesTable>;

/** So many parameters fit into one statement, fifteen for each row. */
const rowsAtOnce = 2000;

export async function insertPrices(db: Db, rows: readonly NewPrice[]): Promise<void> {
  for (let at = 0; at < rows.length; at += rowsAtOnce) {
    await db
      .insertInto('prices')
      .values(rows.slice(at, at + rowsAtOnce))
      .execute();
  }
}

/** All that may hold for a call with this number at that moment; null: whatever does not depend on a number. */
export function listPricesFor(db: Db, e164: string | null, at: Date): Promise<PriceRow[]> {
  const beginnings = Array.from({ length: e164?.length ?? 0 }, (_, place) => e164?.slice(0, place + 1) ?? '');
  // As the index has it, and one value however long the number: a plan that is made once finds them by the index.
  const begins = sql<boolean>`coalesce(prefix, '') = any(${['', ...beginnings]}::text[])`;
  return db
    .selectFrom('prices')
    .selectAll()
    .where(begins)
    .where('valid_from', '<=', at)
    .where(({ or, eb }) => or([eb('valid_until', 'is', null), eb('valid_until', '>', at)]))
    .orderBy('id')
    .execute();
}

export interface PriceFilter {
  vendor?: string | undefined;
  item?: string | undefined;
  prefix?: string | undefined;
}

/** Newest first: ids begin with the time of making. */
export function listPrices(
  db: Db,
  filter: PriceFilter,
  page: { limit: number; afterId: string | null },
): Promise<PriceRow[]> {
  let query = db.selectFrom('prices').selectAll();
  if (filter.vendor !== undefined) query = query.where('vendor', '=', filter.vendor);
  if (filter.item !== undefined) query = query.where('item', '=', filter.item);
  if (filter.prefix !== undefined) query = query.where('prefix', '=', filter.prefix);
  if (page.afterId !== null) query = query.where('id', '<', page.afterId);
  return query.orderBy('id', 'desc').limit(page.limit).execute();
}

/** Lets a price hold no longer; gives it, or undefined when there is none that holds. */
export function endPrice(db: Db, id: string, at: Date): Promise<PriceRow | undefined> {
  return db
    .updateTable('prices')
    .set({ valid_until: at })
    .where('id', '=', id)
    .where(({ or, eb }) => or([eb('valid_until', 'is', null), eb('valid_until', '>', at)]))
    .returningAll()
    .executeTakeFirst();
}
