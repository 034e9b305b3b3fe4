/** Queries on what was found out of calls that are over. */
import type { Selectable } from 'kysely';
import type { CallAnalysesTable, Db } from './schema.ts';

export type CallAnalysisRow = Selectable<CallAnalysesTable>;

/** It is to be found out from `dueAt` on, whether or not it was before; what was found out stays until then. */
export async function askForAnalysis(
  db: Db,
  { callId, clientId, dueAt }: { callId: string; clientId: string | null; dueAt: Date },
): Promise<void> {
  await db
    .insertInto('call_analyses')
    .values({ call_id: callId, client_id: clientId, analysis: null, tries: 0, due_at: dueAt, analyzed_at: null })
    .onConflict((conflict) => conflict.column('call_id').doUpdateSet({ tries: 0, due_at: dueAt }))
    .execute();
}

/** Takes on those that are due, so that no other node does; `until` is when they are due again. */
export function claimAnalyses(
  db: Db,
  { now, until, limit }: { now: Date; until: Date; limit: number },
): Promise<CallAnalysisRow[]> {
  const due = db
    .selectFrom('call_analyses')
    .select('call_id')
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .limit(limit)
    .forUpdate()
    .skipLocked();
  return db
    .updateTable('call_analyses')
    .set(({ eb }) => ({ tries: eb('tries', '+', 1), due_at: until }))
    .where('call_id', 'in', due)
    .returningAll()
    .execute();
}

/** False when it was asked for again, or taken on by somebody else, meanwhile. */
export async function keepAnalysis(
  db: Db,
  claimed: CallAnalysisRow,
  { analysis, at }: { analysis: object; at: Date },
): Promise<boolean> {
  const kept = await db
    .updateTable('call_analyses')
    .set({ analysis: JSON.stringify(analysis), analyzed_at: at, due_at: null })
    .where('call_id', '=', claimed.call_id)
    .where('tries', '=', claimed.tries)
    .returning('call_id')
    .executeTakeFirst();
  return kept !== undefined;
}

export async function postponeAnalysis(db: Db, claimed: CallAnalysisRow, dueAt: Date): Promise<void> {
  await db
    .updateTable('call_analyses')
    .set({ due_at: dueAt })
    .where('call_id', '=', claimed.call_id)
    .where('tries', '=', claimed.tries)
    .execute();
}

export function findAnalysis(db: Db, callId: string): Promise<CallAnalysisRow | undefined> {
  return db.selectFrom('call_analyses').selectAll().where('call_id', '=', callId).executeTakeFirst();
}
