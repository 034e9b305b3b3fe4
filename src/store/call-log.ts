/** Queries on the log of what a call's machines were told and decided. */
import type { Insertable } from 'kysely';
import type { CallLogTable, Db } from './schema.ts';

export type NewLogEntry = Insertable<CallLogTable>;

/** Adds entries; one whose number is there already is left out, so that a write of unknown outcome can be repeated. */
export async function appendToLog(db: Db, entries: NewLogEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await db
    .insertInto('call_log')
    .values(entries)
    .onConflict((conflict) => conflict.columns(['call_id', 'machine', 'seq']).doNothing())
    .execute();
}

/** The number of the newest entry of one machine; 0 for none. */
export async function lastLogSeq(db: Db, callId: string, machine: string): Promise<number> {
  const row = await db
    .selectFrom('call_log')
    .select((column) => column.fn.max('seq').as('seq'))
    .where('call_id', '=', callId)
    .where('machine', '=', machine)
    .executeTakeFirst();
  return row?.seq ?? 0;
}
