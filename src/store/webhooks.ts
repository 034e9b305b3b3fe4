/** Queries on webhooks: where somebody wants to be told of events. */
import { type Insertable, type Selectable, sql, type Updateable } from 'kysely';
import type { WebhooksTable } from './node-tables.ts';
import type { Reach } from './reach.ts';
import type { Db } from './schema.ts';

export type WebhookRow = Selectable<WebhooksTable>;

export async function insertWebhook(db: Db, row: Insertable<WebhooksTable>): Promise<WebhookRow> {
  return await db.insertInto('webhooks').values(row).returningAll().executeTakeFirstOrThrow();
}

export function findWebhook(db: Db, reach: Reach, id: string): Promise<WebhookRow | undefined> {
  let query = db.selectFrom('webhooks').selectAll().where('id', '=', id);
  if (!reach.everyone) query = query.where('client_id', '=', reach.clientId);
  return query.executeTakeFirst();
}

/** The webhook, locked until the transaction ends. */
export function lockWebhook(db: Db, reach: Reach, id: string): Promise<WebhookRow | undefined> {
  let query = db.selectFrom('webhooks').selectAll().where('id', '=', id).forUpdate();
  if (!reach.everyone) query = query.where('client_id', '=', reach.clientId);
  return query.executeTakeFirst();
}

/** Webhooks, newest first. */
export function listWebhooks(db: Db, reach: Reach, page: { limit: number; afterId: string | null }) {
  let query = db.selectFrom('webhooks').selectAll();
  if (!reach.everyone) query = query.where('client_id', '=', reach.clientId);
  if (page.afterId !== null) query = query.where('id', '<', page.afterId);
  return query.orderBy('id', 'desc').limit(page.limit).execute();
}

export async function countWebhooks(db: Db, clientId: string | null): Promise<number> {
  const count = db.selectFrom('webhooks').select((row) => row.fn.countAll<number>().as('webhooks'));
  const own = clientId === null ? count.where('client_id', 'is', null) : count.where('client_id', '=', clientId);
  return (await own.executeTakeFirstOrThrow()).webhooks;
}

export function updateWebhook(
  db: Db,
  reach: Reach,
  { id, changes }: { id: string; changes: Updateable<WebhooksTable> },
): Promise<WebhookRow | undefined> {
  let query = db.updateTable('webhooks').set(changes).where('id', '=', id);
  if (!reach.everyone) query = query.where('client_id', '=', reach.clientId);
  return query.returningAll().executeTakeFirst();
}

/** Whether anybody wants to be told anything. */
export async function hasWebhooks(db: Db): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`select exists(select 1 from webhooks) as found`.execute(db);
  return rows[0]?.found === true;
}

export async function deleteWebhook(db: Db, reach: Reach, id: string): Promise<boolean> {
  let query = db.deleteFrom('webhooks').where('id', '=', id);
  if (!reach.everyone) query = query.where('client_id', '=', reach.clientId);
  return (await query.executeTakeFirst()).numDeletedRows === 1n;
}

/** Notes whether what was just sent got through; says since when nothing does. */
export async function noteWebhookHealth(
  db: Db,
  id: string,
  { gotThrough, now }: { gotThrough: boolean; now: Date },
): Promise<Date | null> {
  if (gotThrough) {
    const query = db.updateTable('webhooks').set({ failing_since: null }).where('id', '=', id);
    await query.where('failing_since', 'is not', null).execute();
    return null;
  }
  const query = db.updateTable('webhooks').set({ failing_since: now }).where('id', '=', id);
  await query.where('failing_since', 'is', null).execute();
  const row = await db.selectFrom('webhooks').select('failing_since').where('id', '=', id).executeTakeFirst();
  return row?.failing_since ?? null;
}
