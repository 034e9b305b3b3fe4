/** Queries on what was said in a call. */
import type { Insertable, Selectable } from 'kysely';
import type { Db, TurnsTable } from './schema.ts';

export type TurnRow = Selectable<TurnsTable>;
export type NewTurn = Insertable<TurnsTable>;

/** Writes turns as they stand now, over what was written of them before. */
export async function saveTurns(db: Db, turns: NewTurn[]): Promise<void> {
  if (turns.length === 0) return;
  await db
    .insertInto('turns')
    .values(turns)
    .onConflict((conflict) =>
      conflict.columns(['call_id', 'index']).doUpdateSet((row) => ({
        text: row.ref('excluded.text'),
        heard_text: row.ref('excluded.heard_text'),
        heard_source: row.ref('excluded.heard_source'),
        interrupted: row.ref('excluded.interrupted'),
        ended_at: row.ref('excluded.ended_at'),
        reply_ms: row.ref('excluded.reply_ms'),
        latency: row.ref('excluded.latency'),
      })),
    )
    .execute();
}

export function listTurns(db: Db, callId: string): Promise<TurnRow[]> {
  return db.selectFrom('turns').selectAll().where('call_id', '=', callId).orderBy('index').execute();
}

/** How often the person spoke. */
export async function countPersonTurns(db: Db, callId: string): Promise<number> {
  const row = await db
    .selectFrom('turns')
    .select((count) => count.fn.countAll<number>().as('turns'))
    .where('call_id', '=', callId)
    .where('speaker', '=', 'person')
    .executeTakeFirstOrThrow();
  return row.turns;
}

/** Ends turns that a stopped server left open: nobody knows how much of them was heard. */
export async function closeOpenTurns(db: Db, callId: string, endedAt: Date): Promise<void> {
  await db
    .updateTable('turns')
    .set({ ended_at: endedAt, heard_source: 'unknown' })
    .where('call_id', '=', callId)
    .where('ended_at', 'is', null)
    .execute();
}
