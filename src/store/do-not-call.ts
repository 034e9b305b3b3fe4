/** Queries on the lists of numbers that must not be called: each client has one, and there is one for everyone. */
import { type Insertable, type Selectable, sql } from 'kysely';
import type { Reach } from './reach.ts';
import type { Db, DoNotCallTable } from './schema.ts';

export type DoNotCallRow = Selectable<DoNotCallTable>;
export type NewDoNotCall = Insertable<DoNotCallTable>;

/** The list that holds for everyone's calls. */
export const everyonesList = '';

/** Adds a number to a list; one that is on it already keeps its first entry. */
export async function addToDoNotCall(db: Db, entry: NewDoNotCall): Promise<void> {
  await addAllToDoNotCall(db, [entry]);
}

/** So many parameters fit into one statement, five for each row. */
const rowsAtOnce = 5000;

/** Adds numbers that are not on their list yet; gives how many were added. */
export async function addAllToDoNotCall(db: Db, entries: readonly NewDoNotCall[]): Promise<number> {
  let added = 0;
  for (let at = 0; at < entries.length; at += rowsAtOnce) {
    const result = await db
      .insertInto('do_not_call')
      .values(entries.slice(at, at + rowsAtOnce))
      .onConflict((conflict) => conflict.columns(['client_id', 'number']).doNothing())
      .executeTakeFirst();
    added += Number(result.numInsertedOrUpdatedRows ?? 0n);
  }
  return added;
}

/** The entry that forbids this number to a client: on its own list or on everyone's. */
export function findDoNotCall(db: Db, number: string, clientId: string | null): Promise<DoNotCallRow | undefined> {
  return db
    .selectFrom('do_not_call')
    .selectAll()
    .where('number', '=', number)
    .where('client_id', 'in', [everyonesList, clientId ?? everyonesList])
    .orderBy('client_id', 'desc')
    .executeTakeFirst();
}

/** The entry of one list. */
export function findOnList(db: Db, listOf: string, number: string): Promise<DoNotCallRow | undefined> {
  return db
    .selectFrom('do_not_call')
    .selectAll()
    .where('client_id', '=', listOf)
    .where('number', '=', number)
    .executeTakeFirst();
}

export interface DoNotCallFilter {
  reach: Reach;
  /** One list only; the empty text for everyone's. */
  listOf?: string | undefined;
}

/** Where a page goes on: after this entry. */
export interface DoNotCallCursor {
  createdAt: Date;
  clientId: string;
  number: string;
}

/** Entries, newest first. */
export function listDoNotCall(
  db: Db,
  filter: DoNotCallFilter,
  page: { limit: number; after: DoNotCallCursor | null },
): Promise<DoNotCallRow[]> {
  let query = db.selectFrom('do_not_call').selectAll();
  if (!filter.reach.everyone) query = query.where('client_id', '=', filter.reach.clientId);
  if (filter.listOf !== undefined) query = query.where('client_id', '=', filter.listOf);
  const { after } = page;
  if (after) {
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('created_at', 'client_id', 'number'), '<', tuple(after.createdAt, after.clientId, after.number)),
    );
  }
  return query
    .orderBy('created_at', 'desc')
    .orderBy('client_id', 'desc')
    .orderBy('number', 'desc')
    .limit(page.limit)
    .execute();
}

/** Takes a number off one list; gives the entry as it was, or undefined when it was not on it. */
export async function removeFromDoNotCall(db: Db, listOf: string, number: string): Promise<DoNotCallRow | undefined> {
  return db
    .deleteFrom('do_not_call')
    .where('client_id', '=', listOf)
    .where('number', '=', number)
    .returningAll()
    .executeTakeFirst();
}

/**
 * Ids of calls in which we talk to somebody whose number came onto a list meanwhile, of clients (or the operator) who
 * want that such a call is ended. Who says so in the call itself is said goodbye to there.
 */
export async function findCallsTalkingForbidden(db: Db, limit: number, operatorEnds: boolean): Promise<string[]> {
  const rows = await db
    .selectFrom('calls')
    .innerJoin('do_not_call', 'do_not_call.number', 'calls.to_number')
    .leftJoin('clients', 'clients.id', 'calls.client_id')
    .select('calls.id')
    .distinct()
    .where('check_at', 'is not', null)
    .where('direction', '=', 'outbound')
    .where(sql<boolean>`lifecycle->>'phase' = 'answered' and lifecycle->>'ending' is null`)
    .where(sql<boolean>`do_not_call.call_id is distinct from calls.id`)
    .where(sql<boolean>`coalesce(clients.limits->>'on_do_not_call', ${operatorEnds ? 'end' : 'finish'}) = 'end'`)
    .where(({ or, eb, ref }) =>
      or([eb('do_not_call.client_id', '=', everyonesList), eb('do_not_call.client_id', '=', ref('calls.client_id'))]),
    )
    .orderBy('calls.id')
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

/**
 * Ids of calls that ring at numbers which came onto a list meanwhile, and that nobody ends yet. A call that waits is not
 * among them: it is forbidden when its turn comes.
 */
export async function findCallsRingingForbidden(db: Db, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('calls')
    .innerJoin('do_not_call', 'do_not_call.number', 'calls.to_number')
    .select('calls.id')
    .distinct()
    .where('check_at', 'is not', null)
    .where('direction', '=', 'outbound')
    .where(sql<boolean>`lifecycle->>'phase' = 'placed' and lifecycle->>'ending' is null`)
    .where(({ or, eb, ref }) =>
      or([eb('do_not_call.client_id', '=', everyonesList), eb('do_not_call.client_id', '=', ref('calls.client_id'))]),
    )
    .orderBy('calls.id')
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}
