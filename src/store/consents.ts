/** Queries on who agreed to what: each client has its own list, and so has the operator. */
import type { Insertable, Selectable } from 'kysely';
import type { Reach } from './reach.ts';
import type { ConsentsTable, Db } from './schema.ts';

export type ConsentRow = Selectable<ConsentsTable>;
export type NewConsent = Insertable<ConsentsTable>;

/** So many parameters fit into one statement, thirteen for each row. */
const rowsAtOnce = 2000;

/** Adds consents; one that is held already stays as it is. Gives those that were added. */
export async function addConsents(db: Db, rows: readonly NewConsent[]): Promise<ConsentRow[]> {
  const added: ConsentRow[] = [];
  for (let at = 0; at < rows.length; at += rowsAtOnce) {
    const some = await db
      .insertInto('consents')
      .values(rows.slice(at, at + rowsAtOnce))
      .onConflict((conflict) =>
        conflict.columns(['client_id', 'number', 'purpose']).where('withdrawn_at', 'is', null).doNothing(),
      )
      .returningAll()
      .execute();
    added.push(...some);
  }
  return added;
}

/** All that a number ever agreed to for a client (or the operator), newest first. */
export function listConsentsOf(db: Db, listOf: string, number: string): Promise<ConsentRow[]> {
  return db
    .selectFrom('consents')
    .selectAll()
    .where('client_id', '=', listOf)
    .where('number', '=', number)
    .orderBy('given_at', 'desc')
    .orderBy('id', 'desc')
    .limit(100)
    .execute();
}

export interface ConsentFilter {
  reach: Reach;
  listOf?: string | undefined;
  number?: string | undefined;
  purpose?: string | undefined;
}

/** Newest first: ids begin with the time of making. */
export function listConsents(
  db: Db,
  filter: ConsentFilter,
  page: { limit: number; afterId: string | null },
): Promise<ConsentRow[]> {
  let query = db.selectFrom('consents').selectAll();
  if (!filter.reach.everyone) query = query.where('client_id', '=', filter.reach.clientId);
  if (filter.listOf !== undefined) query = query.where('client_id', '=', filter.listOf);
  if (filter.number !== undefined) query = query.where('number', '=', filter.number);
  if (filter.purpose !== undefined) query = query.where('purpose', '=', filter.purpose);
  if (page.afterId !== null) query = query.where('id', '<', page.afterId);
  return query.orderBy('id', 'desc').limit(page.limit).execute();
}

/** Takes a consent back; gives it, or undefined when there is none that is held. */
export function withdrawConsent(
  db: Db,
  reach: Reach,
  withdrawn: { id: string; at: Date; reason: string; callId: string | null },
): Promise<ConsentRow | undefined> {
  let query = db
    .updateTable('consents')
    .set({ withdrawn_at: withdrawn.at, withdrawn_reason: withdrawn.reason, withdrawn_call_id: withdrawn.callId })
    .where('id', '=', withdrawn.id)
    .where('withdrawn_at', 'is', null);
  if (!reach.everyone) query = query.where('client_id', '=', reach.clientId);
  return query.returningAll().executeTakeFirst();
}
