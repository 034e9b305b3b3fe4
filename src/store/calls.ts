/** Queries on the table of calls. */
import { type Insertable, type Selectable, sql, type Updateable } from 'kysely';
import { everyone, type Reach } from './reach.ts';
import type { CallsTable, Db } from './schema.ts';

export type CallRow = Selectable<CallsTable>;
export type NewCallRow = Insertable<CallsTable>;

export function insertCall(db: Db, row: NewCallRow): Promise<CallRow> {
  return db.insertInto('calls').values(row).returningAll().executeTakeFirstOrThrow();
}

/** So many rows are written by one statement: the more, the more different texts of it there are to be planned. */
const mostAtOnce = 16;

/** In the order of the rows. */
export async function insertCalls(db: Db, rows: readonly NewCallRow[]): Promise<CallRow[]> {
  const stored = new Map<string, CallRow>();
  for (let from = 0; from < rows.length; from += mostAtOnce) {
    const some = rows.slice(from, from + mostAtOnce);
    for (const row of await db.insertInto('calls').values(some).returningAll().execute()) stored.set(row.id, row);
  }
  return rows.map(({ id }) => stored.get(id) as CallRow);
}

/** The call with this id of ours or this id of the carrier. */
export function findCall(db: Db, reach: Reach, idOrSid: string): Promise<CallRow | undefined> {
  let query = db.selectFrom('calls').selectAll().where(columnOf(idOrSid), '=', idOrSid);
  if (!reach.everyone) query = query.where('client_id', '=', reach.clientId);
  return query.executeTakeFirst();
}

/** Of the call with this id of ours or of the carrier's what tells whose it is, and whether anybody talked in it. */
export function findCallBinding(db: Db, idOrSid: string): Promise<CallBinding | undefined> {
  return db
    .selectFrom('calls')
    .select(['id', 'carrier_sid', 'sessions_opened'])
    .where(columnOf(idOrSid), '=', idOrSid)
    .executeTakeFirst();
}

export type CallBinding = Pick<CallRow, 'id' | 'carrier_sid' | 'sessions_opened'>;

const columnOf = (idOrSid: string) => (idOrSid.startsWith('call_') ? 'id' : 'carrier_sid');

/** The call, locked until the transaction ends, so that its steps follow one another. */
export function lockCall(db: Db, id: string): Promise<CallRow | undefined> {
  return db.selectFrom('calls').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

export async function updateCall(db: Db, id: string, changes: Updateable<CallsTable>): Promise<void> {
  await db.updateTable('calls').set(changes).where('id', '=', id).execute();
}

/** Whether this call may leave its message now: true once, for whoever asks first. */
export async function claimVoicemailMessage(db: Db, id: string): Promise<boolean> {
  const claimed = await db
    .updateTable('calls')
    .set({ voicemail_message: 'started' })
    .where('id', '=', id)
    .where('voicemail_message', 'is', null)
    .returning('id')
    .executeTakeFirst();
  return claimed !== undefined;
}

/** Ids of unfinished calls that should be looked at by `now`, the longest overdue first. */
export async function findCallsToCheck(db: Db, now: Date, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('calls')
    .select('id')
    .where('check_at', '<=', now)
    .orderBy('check_at')
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map((row) => row.id);
}

/** Ids of the calls that are not over and of which one of these nodes had something in memory. */
export async function findCallsOfNodes(db: Db, nodeIds: readonly string[], limit: number): Promise<string[]> {
  if (nodeIds.length === 0) return [];
  const rows = await db
    .selectFrom('calls')
    .select('id')
    .where('check_at', 'is not', null)
    .where('node_id', 'in', nodeIds)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map((row) => row.id);
}

/** The node that last dialled a call or opened its session; null where there is none, or it was given up. */
export async function findNodeOfCall(db: Db, callId: string): Promise<string | null> {
  const row = await db.selectFrom('calls').select('node_id').where('id', '=', callId).executeTakeFirst();
  return row?.node_id ?? null;
}

/** How many calls that one node dialled or talks in hold a line. */
export async function countCallsOfNode(db: Db, nodeId: string): Promise<number> {
  const query = selectUnfinished(db, everyone).where('due_at', 'is', null).where('node_id', '=', nodeId);
  return (await query.executeTakeFirstOrThrow()).calls;
}

function selectUnfinished(db: Db, reach: Reach) {
  const query = db
    .selectFrom('calls')
    .select((count) => count.fn.countAll<number>().as('calls'))
    .where('check_at', 'is not', null);
  return reach.everyone ? query : query.where('client_id', '=', reach.clientId);
}

/** How many calls hold a line: all but those that wait to be dialled. */
export async function countCallsOnLines(db: Db, reach = everyone): Promise<number> {
  return (await selectUnfinished(db, reach).where('due_at', 'is', null).executeTakeFirstOrThrow()).calls;
}

/** How many calls wait for their turn or their time. */
export async function countQueuedCalls(db: Db, reach: Reach): Promise<number> {
  return (await selectUnfinished(db, reach).where('due_at', 'is not', null).executeTakeFirstOrThrow()).calls;
}

/** How many calls were asked for since then; those that a rule forbade are not counted. */
export async function countCallsSince(db: Db, reach: Reach, since: Date): Promise<number> {
  let query = db
    .selectFrom('calls')
    .select((count) => count.fn.countAll<number>().as('calls'))
    .where('created_at', '>=', since)
    .where('status', '!=', 'blocked')
    .where('direction', '=', 'outbound');
  if (!reach.everyone) query = query.where('client_id', '=', reach.clientId);
  return (await query.executeTakeFirstOrThrow()).calls;
}

export interface CallFilter {
  reach: Reach;
  assistantId?: number | undefined;
  verification?: number | undefined;
  status?: string | undefined;
  direction?: string | undefined;
  to?: string | undefined;
  outcome?: string | undefined;
  /** An id of ours or of the carrier, or a part of the number at the other end. */
  search?: string | undefined;
  createdAfter?: Date | undefined;
  createdBefore?: Date | undefined;
}

/** Where a page of calls goes on: after the call with this time and id. */
export interface CallCursor {
  createdAt: Date;
  id: string;
}

function isFoundBy(search: string) {
  if (search.startsWith('call_')) return sql<boolean>`id = ${search}`;
  if (search.startsWith('CA')) return sql<boolean>`carrier_sid = ${search}`;
  // Nothing of a pattern is left: only digits, and the + that a whole number begins with.
  const digits = search.replaceAll(/\D/g, '');
  const pattern = search.trim().startsWith('+') ? `+${digits}%` : `%${digits}%`;
  return sql<boolean>`(case when direction = 'inbound' then from_number else to_number end) like ${pattern}`;
}

function selectMatching(db: Db, filter: CallFilter) {
  let query = db.selectFrom('calls');
  if (!filter.reach.everyone) query = query.where('client_id', '=', filter.reach.clientId);
  if (filter.assistantId !== undefined) query = query.where('assistant_id', '=', filter.assistantId);
  if (filter.verification !== undefined) query = query.where('verification', '=', filter.verification);
  if (filter.status !== undefined) query = query.where('status', '=', filter.status);
  if (filter.direction !== undefined) query = query.where('direction', '=', filter.direction);
  if (filter.to !== undefined) query = query.where('to_number', '=', filter.to);
  if (filter.outcome !== undefined) query = query.where('outcome', '=', filter.outcome);
  if (filter.search !== undefined) query = query.where(isFoundBy(filter.search));
  if (filter.createdAfter !== undefined) query = query.where('created_at', '>=', filter.createdAfter);
  if (filter.createdBefore !== undefined) query = query.where('created_at', '<', filter.createdBefore);
  return query;
}

export async function countMatchingCalls(db: Db, filter: CallFilter): Promise<number> {
  const row = await selectMatching(db, filter)
    .select((count) => count.fn.countAll<number>().as('calls'))
    .executeTakeFirstOrThrow();
  return row.calls;
}

/** Calls that pass the filter, newest first. */
export function listCalls(
  db: Db,
  filter: CallFilter,
  page: { limit: number; after: CallCursor | null; skip?: number },
): Promise<CallRow[]> {
  let query = selectMatching(db, filter).selectAll();
  if (page.skip) query = query.offset(page.skip);
  const { after } = page;
  if (after) {
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('created_at', 'id'), '<', tuple(after.createdAt, after.id)),
    );
  }
  return query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(page.limit).execute();
}

/**
 * Offers the carrier a session: the one after the last that was opened. Gives the call with its offer; undefined to who
 * asks again for it, which changes nothing.
 */
export function offerSession(db: Db, id: string, expiresAt: Date): Promise<CallRow | undefined> {
  return db
    .updateTable('calls')
    .set((row) => ({ sessions_offered: row('sessions_opened', '+', 1), session_expires_at: expiresAt }))
    .where('id', '=', id)
    .whereRef('sessions_offered', '=', 'sessions_opened')
    .returningAll()
    .executeTakeFirst();
}

/** Whether any call was offered an audio stream that has not been opened and still may be. */
export async function isStreamAwaited(db: Db, now: Date): Promise<boolean> {
  const awaited = await db
    .selectFrom('calls')
    .select('id')
    .where('check_at', 'is not', null)
    .where('engine', '=', 'media')
    .whereRef('sessions_offered', '>', 'sessions_opened')
    .where('session_expires_at', '>', now)
    .limit(1)
    .executeTakeFirst();
  return awaited !== undefined;
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

/** Takes up the one session of a call that needs no offer; true for one caller only. */
export async function takeUpOnlySession(db: Db, callId: string): Promise<boolean> {
  const result = await db
    .updateTable('calls')
    .set({ sessions_offered: 1, sessions_opened: 1 })
    .where('id', '=', callId)
    .where('sessions_offered', '=', 0)
    .where('sessions_opened', '=', 0)
    .where('check_at', 'is not', null)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}
