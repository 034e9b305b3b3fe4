/** Queries on the table of calls. */
import type { Insertable, Selectable, Updateable } from 'kysely';
import type { CallsTable, Db } from './schema.ts';

export type CallRow = Selectable<CallsTable>;
export type NewCallRow = Insertable<CallsTable>;

export async function insertCall(db: Db, row: NewCallRow): Promise<void> {
  await db.insertInto('calls').values(row).execute();
}

/** The call with this id of ours or this id of the carrier. */
export function findCall(db: Db, idOrSid: string): Promise<CallRow | undefined> {
  const column = idOrSid.startsWith('call_') ? 'id' : 'carrier_sid';
  return db.selectFrom('calls').selectAll().where(column, '=', idOrSid).executeTakeFirst();
}

/** The call, locked until the transaction ends, so that its steps follow one another. */
export function lockCall(db: Db, id: string): Promise<CallRow | undefined> {
  return db.selectFrom('calls').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

export async function updateCall(db: Db, id: string, changes: Updateable<CallsTable>): Promise<void> {
  await db.updateTable('calls').set(changes).where('id', '=', id).execute();
}

/** Ids of unfinished calls that should be looked at by `now`, the longest overdue first. */
export async function findCallsToCheck(db: Db, now: Date, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('calls')
    .select('id')
    .where('check_at', '<=', now)
    .orderBy('check_at')
    .limit(limit)
    .execute();
  return rows.map((row) => row.id);
}

/** Ids of all calls that are not over. */
export async function findUnfinishedCalls(db: Db): Promise<string[]> {
  const rows = await db.selectFrom('calls').select('id').where('check_at', 'is not', null).execute();
  return rows.map((row) => row.id);
}

export async function countUnfinishedCalls(db: Db): Promise<number> {
  const row = await db
    .selectFrom('calls')
    .select((count) => count.fn.countAll<number>().as('calls'))
    .where('check_at', 'is not', null)
    .executeTakeFirstOrThrow();
  return row.calls;
}

export interface CallFilter {
  status?: string | undefined;
  direction?: string | undefined;
  to?: string | undefined;
  outcome?: string | undefined;
  createdAfter?: Date | undefined;
  createdBefore?: Date | undefined;
}

/** Where a page of calls goes on: after the call with this time and id. */
export interface CallCursor {
  createdAt: Date;
  id: string;
}

/** Calls that pass the filter, newest first. */
export function listCalls(
  db: Db,
  filter: CallFilter,
  page: { limit: number; after: CallCursor | null },
): Promise<CallRow[]> {
  let query = db.selectFrom('calls').selectAll();
  if (filter.status !== undefined) query = query.where('status', '=', filter.status);
  if (filter.direction !== undefined) query = query.where('direction', '=', filter.direction);
  if (filter.to !== undefined) query = query.where('to_number', '=', filter.to);
  if (filter.outcome !== undefined) query = query.where('outcome', '=', filter.outcome);
  if (filter.createdAfter !== undefined) query = query.where('created_at', '>=', filter.createdAfter);
  if (filter.createdBefore !== undefined) query = query.where('created_at', '<', filter.createdBefore);
  const { after } = page;
  if (after) {
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('created_at', 'id'), '<', tuple(after.createdAt, after.id)),
    );
  }
  return query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(page.limit).execute();
}

/** Offers the carrier a session: the one after the last that was opened, so an offer that waits is only renewed. */
export async function offerSession(db: Db, id: string, expiresAt: Date): Promise<void> {
  await db
    .updateTable('calls')
    .set((row) => ({ sessions_offered: row('sessions_opened', '+', 1), session_expires_at: expiresAt }))
    .where('id', '=', id)
    .execute();
}

/** Takes up the offer with this number; true for one caller only, and only while the offer holds. */
export async function takeUpSession(db: Db, session: { callId: string; number: number; now: Date }): Promise<boolean> {
  const result = await db
    .updateTable('calls')
    .set({ sessions_opened: session.number })
    .where('id', '=', session.callId)
    .where('sessions_offered', '=', session.number)
    .where('sessions_opened', '=', session.number - 1)
    .where('session_expires_at', '>', session.now)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}
