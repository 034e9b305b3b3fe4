/** Queries on what MCP servers are asked with. */
import type { Insertable, Selectable } from 'kysely';
import type { McpSecretsTable } from './assistant-tables.ts';
import type { Reach } from './reach.ts';
import type { Db } from './schema.ts';

export type McpSecretRow = Selectable<McpSecretsTable>;

interface OfAssistant {
  reach: Reach;
  assistantId: number;
}

/** Instead of the one that was there before. */
export async function saveMcpSecret(db: Db, row: Insertable<McpSecretsTable>): Promise<void> {
  const { secret, origin, set_at } = row;
  await db
    .insertInto('mcp_secrets')
    .values(row)
    .onConflict((conflict) => conflict.columns(['assistant_id', 'server']).doUpdateSet({ secret, origin, set_at }))
    .execute();
}

export function listMcpSecrets(db: Db, { reach, assistantId }: OfAssistant): Promise<McpSecretRow[]> {
  const query = db.selectFrom('mcp_secrets').selectAll().where('assistant_id', '=', assistantId).orderBy('server');
  return (reach.everyone ? query : query.where('client_id', '=', reach.clientId)).execute();
}

/** False where there is none that one may delete. */
export async function deleteMcpSecret(db: Db, { reach, assistantId }: OfAssistant, server: string): Promise<boolean> {
  let query = db.deleteFrom('mcp_secrets').where('assistant_id', '=', assistantId).where('server', '=', server);
  if (!reach.everyone) query = query.where('client_id', '=', reach.clientId);
  return (await query.executeTakeFirst()).numDeletedRows > 0n;
}
