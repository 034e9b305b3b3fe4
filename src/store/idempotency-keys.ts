/** Queries on requests that may be sent twice and must be done once. */
import type { Selectable } from 'kysely';
import type { Db, IdempotencyKeysTable } from './schema.ts';

export type IdempotencyKeyRow = Selectable<IdempotencyKeysTable>;

export interface KeyUse {
  scope: string;
  key: string;
  requestHash: string;
  now: Date;
  /** Uses older than this are forgotten. */
  forgetBefore: Date;
}

/** Claims a key for a request; gives null to the one that may go ahead, the earlier use to any other. */
export async function claimIdempotencyKey(db: Db, use: KeyUse): Promise<IdempotencyKeyRow | null> {
  await db
    .deleteFrom('idempotency_keys')
    .where('scope', '=', use.scope)
    .where('key', '=', use.key)
    .where('created_at', '<', use.forgetBefore)
    .execute();
  const claimed = await db
    .insertInto('idempotency_keys')
    .values({
      scope: use.scope,
      key: use.key,
      request_hash: use.requestHash,
      response_status: null,
      response_body: null,
      response_type: null,
      created_at: use.now,
    })
    .onConflict((conflict) => conflict.columns(['scope', 'key']).doNothing())
    .returning('key')
    .executeTakeFirst();
  if (claimed) return null;
  return db
    .selectFrom('idempotency_keys')
    .selectAll()
    .where('scope', '=', use.scope)
    .where('key', '=', use.key)
    .executeTakeFirstOrThrow();
}

export async function keepResponse(
  db: Db,
  use: { scope: string; key: string },
  response: { requestHash: string; status: number; body: string; type: string },
): Promise<void> {
  await db
    .updateTable('idempotency_keys')
    .set({
      request_hash: response.requestHash,
      response_status: response.status,
      response_body: response.body,
      response_type: response.type,
    })
    .where('scope', '=', use.scope)
    .where('key', '=', use.key)
    .execute();
}

/** Frees a key whose request did nothing, so that it may be tried again. */
export async function releaseIdempotencyKey(db: Db, use: { scope: string; key: string }): Promise<void> {
  await db
    .deleteFrom('idempotency_keys')
    .where('scope', '=', use.scope)
    .where('key', '=', use.key)
    .where('response_status', 'is', null)
    .execute();
}
