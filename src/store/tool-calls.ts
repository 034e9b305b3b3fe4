/** Queries on the tools that assistants asked for. */
import type { Insertable, Selectable } from 'kysely';
import type { Db, ToolCallsTable } from './schema.ts';

export type ToolCallRow = Selectable<ToolCallsTable>;
export type NewToolCall = Insertable<ToolCallsTable>;

/** Writes tool calls as they stand now, over what was written of them before. */
export async function saveToolCalls(db: Db, rows: NewToolCall[]): Promise<void> {
  if (rows.length === 0) return;
  await db
    .insertInto('tool_calls')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['call_id', 'number']).doUpdateSet((row) => ({
        state: row.ref('excluded.state'),
        result: row.ref('excluded.result'),
        ended_at: row.ref('excluded.ended_at'),
      })),
    )
    .execute();
}

export function listToolCalls(db: Db, callId: string): Promise<ToolCallRow[]> {
  return db.selectFrom('tool_calls').selectAll().where('call_id', '=', callId).orderBy('number').execute();
}
