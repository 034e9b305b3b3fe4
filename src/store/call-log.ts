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

/** The number of the newest entry of each machine that has any. */
export async function lastLogSeqs(db: Db, callId: string): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .selectFrom('call_log')
    .select(['machine', (column) => column.fn.max('seq').as('seq')])
    .where('call_id', '=', callId)
    .groupBy('machine')
    .execute();
  return new Map(rows.map(({ machine, seq }) => [machine, seq]));
}
