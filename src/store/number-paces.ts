/** Queries on how many calls may be made from each number of ours, and when the next; all under the account's lock. */
import type { Db } from './schema.ts';

export interface NumberLimits {
  number: string;
  calls_per_minute: number | null;
  concurrent_calls: number | null;
}

/** Of the numbers that have limits of their own. */
export function listNumberLimits(db: Db): Promise<NumberLimits[]> {
  return db
    .selectFrom('phone_numbers')
    .select(['number', 'calls_per_minute', 'concurrent_calls'])
    .where((row) => row.or([row('calls_per_minute', 'is not', null), row('concurrent_calls', 'is not', null)]))
    .execute();
}

/** When each number may make its next call; one that has made none is not there. */
export function listNumberPaces(db: Db): Promise<{ number: string; next_at: Date }[]> {
  return db.selectFrom('number_paces').select(['number', 'next_at']).execute();
}

export async function saveNumberPaces(db: Db, rows: readonly { number: string; next_at: Date }[]): Promise<void> {
  if (rows.length === 0) return;
  await db
    .insertInto('number_paces')
    .values([...rows])
    .onConflict((conflict) =>
      conflict.column('number').doUpdateSet((row) => ({ next_at: row.ref('excluded.next_at') })),
    )
    .execute();
}

/** Of these numbers, those from which a call waits whose turn has come. */
export async function listNumbersWaiting(
  db: Db,
  wanted: { numbers: readonly string[]; now: Date; nodeId: string },
): Promise<string[]> {
  if (wanted.numbers.length === 0) return [];
  const rows = await db
    .selectFrom('calls')
    .select('from_number')
    .where('due_at', '<=', wanted.now)
    .where('from_number', 'in', wanted.numbers)
    .where((row) => row.or([row('node_id', 'is', null), row('node_id', '=', wanted.nodeId)]))
    .groupBy('from_number')
    .execute();
  return rows.map(({ from_number }) => from_number);
}
