/** Queries on API keys. */
import type { Insertable, Selectable } from 'kysely';
import type { Reach } from './reach.ts';
import type { ApiKeysTable, Db } from './schema.ts';

export type ApiKeyRow = Selectable<ApiKeysTable>;

export async function insertApiKey(db: Db, row: Insertable<ApiKeysTable>): Promise<void> {
  await db.insertInto('api_keys').values(row).execute();
}

/**
 * The key with this prefix, unless it was revoked, has expired or its client was removed. For identifying alone:
 * there is no reach yet.
 */
export function findGoodApiKey(db: Db, prefix: string, now: Date): Promise<ApiKeyRow | undefined> {
  return db
    .selectFrom('api_keys')
    .leftJoin('clients', 'clients.id', 'api_keys.client_id')
    .selectAll('api_keys')
    .where('prefix', '=', prefix)
    .where('revoked_at', 'is', null)
    .where('clients.removed_at', 'is', null)
    .where((row) => row.or([row('expires_at', 'is', null), row('expires_at', '>', now)]))
    .executeTakeFirst();
}

export function findApiKey(db: Db, reach: Reach, id: string): Promise<ApiKeyRow | undefined> {
  let query = db.selectFrom('api_keys').selectAll().where('id', '=', id);
  if (!reach.everyone) query = query.where('client_id', '=', reach.clientId);
  return query.executeTakeFirst();
}

/** Keys, newest first. */
export function listApiKeys(
  db: Db,
  reach: Reach,
  page: { limit: number; afterId: string | null },
): Promise<ApiKeyRow[]> {
  let query = db.selectFrom('api_keys').selectAll();
  if (!reach.everyone) query = query.where('client_id', '=', reach.clientId);
  if (page.afterId !== null) query = query.where('id', '<', page.afterId);
  return query.orderBy('id', 'desc').limit(page.limit).execute();
}

/** Revokes a key; true for the one that did. */
export async function revokeApiKey(db: Db, reach: Reach, use: { id: string; now: Date }): Promise<boolean> {
  let query = db
    .updateTable('api_keys')
    .set({ revoked_at: use.now })
    .where('id', '=', use.id)
    .where('revoked_at', 'is', null);
  if (!reach.everyone) query = query.where('client_id', '=', reach.clientId);
  return (await query.executeTakeFirst()).numUpdatedRows === 1n;
}

export async function noteApiKeyUse(db: Db, id: string, now: Date): Promise<void> {
  await db.updateTable('api_keys').set({ last_used_at: now }).where('id', '=', id).execute();
}
