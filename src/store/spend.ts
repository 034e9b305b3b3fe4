/** Queries on what is reserved and settled: the ledger of entries, and its sums that caps are held against. */
import { type Insertable, type Selectable, sql } from 'kysely';
import type { Db } from './schema.ts';
import type { CallCostsTable, SpendTotalsTable } from './spend-tables.ts';

export type CallCostRow = Selectable<CallCostsTable>;

/** Whose spending a call counts for, and when. */
export interface SpendPlace {
  clientId: string | null;
  campaignId: string | null;
  /** As 2026-11-28. */
  day: string;
  currency: string;
}

export type SpendSum = Pick<Selectable<SpendTotalsTable>, 'scope' | 'period' | 'reserved_micros' | 'settled_micros'>;

export const operatorScope = 'operator';
export const clientScope = (id: string) => `client:${id}`;
export const campaignScope = (id: string) => `campaign:${id}`;
export const allTime = 'ever';

/** Always in the same order, so that two transactions never wait for each other. */
function sumsOf({ clientId, campaignId, day }: SpendPlace): { scope: string; period: string }[] {
  const month = day.slice(0, 7);
  const scopes = [
    ...(campaignId === null ? [] : [campaignScope(campaignId)]),
    ...(clientId === null ? [] : [clientScope(clientId)]),
    operatorScope,
  ];
  return scopes.flatMap((scope) =>
    [day, month, ...(scope.startsWith('campaign:') ? [allTime] : [])].map((period) => ({ scope, period })),
  );
}

/** The sums that a call counts for, as they are now. */
export function readSums(db: Db, place: SpendPlace): Promise<SpendSum[]> {
  const keys = sumsOf(place);
  return db
    .selectFrom('spend_totals')
    .select(['scope', 'period', 'reserved_micros', 'settled_micros'])
    .where('currency', '=', place.currency)
    .where(({ eb, refTuple, tuple }) =>
      eb(
        refTuple('scope', 'period'),
        'in',
        keys.map(({ scope, period }) => tuple(scope, period)),
      ),
    )
    .execute();
}

/** Sums of these scopes and periods, as they are now. */
export async function listSums(
  db: Db,
  wanted: { scopes: readonly string[]; periods: readonly string[]; currency: string },
): Promise<SpendSum[]> {
  if (wanted.scopes.length === 0) return [];
  return await db
    .selectFrom('spend_totals')
    .select(['scope', 'period', 'reserved_micros', 'settled_micros'])
    .where('currency', '=', wanted.currency)
    .where('scope', 'in', wanted.scopes)
    .where('period', 'in', wanted.periods)
    .execute();
}

/** Adds to the sums that a call counts for; gives them as they are then, kept from everybody else until the transaction ends. */
export function addToSums(
  db: Db,
  place: SpendPlace,
  { reserved, settled }: { reserved: number; settled: number },
): Promise<SpendSum[]> {
  const rows = sumsOf(place).map((key) => ({
    ...key,
    currency: place.currency,
    reserved_micros: reserved,
    settled_micros: settled,
  }));
  return db
    .insertInto('spend_totals')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['scope', 'period', 'currency']).doUpdateSet({
        reserved_micros: sql`spend_totals.reserved_micros + excluded.reserved_micros`,
        settled_micros: sql`spend_totals.settled_micros + excluded.settled_micros`,
      }),
    )
    .returning(['scope', 'period', 'reserved_micros', 'settled_micros'])
    .execute();
}

/** Keeps the sums that a call counts for from everybody else until the transaction ends. */
export const lockSums = (db: Db, place: SpendPlace) => addToSums(db, place, { reserved: 0, settled: 0 });

export async function insertCallCost(db: Db, row: Insertable<CallCostsTable>): Promise<void> {
  await db.insertInto('call_costs').values(row).execute();
}

export async function deleteCallCost(db: Db, callId: string): Promise<void> {
  await db.deleteFrom('call_costs').where('call_id', '=', callId).execute();
}

/** Of a call that whoever asks may see. */
export function findCallCost(db: Db, callId: string): Promise<CallCostRow | undefined> {
  return db.selectFrom('call_costs').selectAll().where('call_id', '=', callId).executeTakeFirst();
}

export function lockCallCost(db: Db, callId: string): Promise<CallCostRow | undefined> {
  return db.selectFrom('call_costs').selectAll().where('call_id', '=', callId).forUpdate().executeTakeFirst();
}

export async function updateCallCost(
  db: Db,
  callId: string,
  changes: Partial<Insertable<CallCostsTable>>,
): Promise<void> {
  await db.updateTable('call_costs').set(changes).where('call_id', '=', callId).execute();
}

export async function addSpendEntry(
  db: Db,
  place: SpendPlace,
  entry: {
    callId: string;
    kind: 'reservation' | 'settlement' | 'correction';
    reserved: number;
    settled: number;
    at: Date;
  },
): Promise<void> {
  await db
    .insertInto('spend_entries')
    .values({
      call_id: entry.callId,
      client_id: place.clientId,
      campaign_id: place.campaignId,
      day: place.day,
      currency: place.currency,
      kind: entry.kind,
      reserved_micros: entry.reserved,
      settled_micros: entry.settled,
      at: entry.at,
    })
    .execute();
}

/** Ids of calls whose cost must be looked at again, the longest due first. */
export async function findCostsToCheck(db: Db, now: Date, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('call_costs')
    .select('call_id')
    .where('check_at', '<=', now)
    .orderBy('check_at')
    .orderBy('call_id')
    .limit(limit)
    .execute();
  return rows.map(({ call_id }) => call_id);
}
