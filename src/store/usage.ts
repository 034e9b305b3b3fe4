/** Queries on what calls used of their vendors' items. */
import { sql } from 'kysely';
import type { Db } from './schema.ts';
import type { CallUsageTable } from './spend-tables.ts';

export type NewUsage = Omit<CallUsageTable, 'quantity'> & { quantity: number };

/** Adds to what was used before; each call, vendor, item and model comes once. */
export async function addUsage(db: Db, rows: readonly NewUsage[]): Promise<void> {
  if (rows.length === 0) return;
  await db
    .insertInto('call_usage')
    .values([...rows])
    .onConflict((conflict) =>
      conflict
        .columns(['call_id', 'vendor', 'item', 'model'])
        .doUpdateSet({ quantity: sql`call_usage.quantity + excluded.quantity` }),
    )
    .execute();
}

export function listUsage(db: Db, callId: string): Promise<NewUsage[]> {
  return db
    .selectFrom('call_usage')
    .selectAll()
    .where('call_id', '=', callId)
    .orderBy('vendor')
    .orderBy('item')
    .orderBy('model')
    .execute();
}
