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

/** The sums that a call counts for. */
export function sumsFor({ clientId, campaignId, day }: SpendPlace): { scope: string; period: string }[] {
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
  const keys = sumsFor(place);
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

/**
 * Adds to the sums that calls count for; gives them as they are then. Nobody else can count until the transaction ends,
 * so it comes last in it, after every other lock: who waits for a sum is then never waited for.
 */
export function addToSums(
  db: Db,
  amounts: readonly { place: SpendPlace; reserved: number; settled: number }[],
): Promise<SpendSum[]> {
  return db
    .insertInto('spend_totals')
    .values(sumUp(amounts))
    .onConflict((conflict) =>
      conflict.columns(['scope', 'period', 'currency']).doUpdateSet({
        reserved_micros: sql`spend_totals.reserved_micros + excluded.reserved_micros`,
        settled_micros: sql`spend_totals.settled_micros + excluded.settled_micros`,
      }),
    )
    .returning(['scope', 'period', 'reserved_micros', 'settled_micros'])
    .execute();
}

/** Always in the same order, so that two transactions never wait for each other. */
function sumUp(amounts: Parameters<typeof addToSums>[1]): Insertable<SpendTotalsTable>[] {
  const rows = new Map<string, Insertable<SpendTotalsTable>>();
  for (const { place, reserved, settled } of amounts) {
    const { currency } = place;
    for (const { scope, period } of sumsFor(place)) {
      const key = `${scope} ${period} ${currency}`;
      const { reserved_micros = 0, settled_micros = 0 } = rows.get(key) ?? {};
      rows.set(key, {
        ...{ scope, period, currency },
        reserved_micros: Number(reserved_micros) + reserved,
        settled_micros: Number(settled_micros) + settled,
      });
    }
  }
  return [...rows].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row);
}

export async function insertCallCosts(db: Db, rows: readonly Insertable<CallCostsTable>[]): Promise<void> {
  await db.insertInto('call_costs').values(rows).execute();
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

export async function addSpendEntries(
  db: Db,
  entries: readonly {
    place: SpendPlace;
    callId: string;
    kind: 'reservation' | 'settlement' | 'correction';
    reserved: number;
    settled: number;
    at: Date;
  }[],
): Promise<void> {
  const rows = entries.map(({ place, callId, kind, reserved, settled, at }) => ({
    ...{ call_id: callId, client_id: place.clientId, campaign_id: place.campaignId, day: place.day },
    ...{ currency: place.currency, kind, reserved_micros: reserved, settled_micros: settled, at },
  }));
  await db.insertInto('spend_entries').values(rows).execute();
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
