/** Queries on the calls that wait to be dialled: the table of calls is their queue. */
import { expressionBuilder, sql } from 'kysely';
import type { CallRow } from './calls.ts';
import type { Reach } from './reach.ts';
import type { Database, Db } from './schema.ts';

/** A request waits for its answer; a call by itself; one of many. */
export const priorities = { request: 2, single: 1, campaign: 0 } as const;

/** Made once for all queries: making one is a good part of building a query. */
const call = expressionBuilder<Database, 'calls'>();

/** Those that any node may take, and those that are this node's own. */
const isFor = (nodeId: string) => call.or([call('node_id', 'is', null), call('node_id', '=', nodeId)]);

/** Who has no line left. */
export interface FullLines {
  clientIds: readonly string[];
  campaignIds: readonly string[];
  /** Those that may make no call now, for lines or pace. */
  fromNumbers: readonly string[];
}

/**
 * Calls that may be dialled by `now` and whose number no other call rings, in their order, each locked: those that
 * another transaction has are left out, and so are those that a request waits for on another node.
 */
export async function lockDueCalls(
  db: Db,
  wanted: { now: Date; nodeId: string; full: FullLines; limit: number },
): Promise<CallRow[]> {
  const found: CallRow[] = [];
  for (const priority of [priorities.request, priorities.single, priorities.campaign]) {
    if (found.length < wanted.limit) {
      found.push(...(await selectDue(db, { ...wanted, priority, limit: wanted.limit - found.length })));
    }
  }
  return found;
}

function selectDue(
  db: Db,
  wanted: { now: Date; nodeId: string; full: FullLines; limit: number; priority: number },
): Promise<CallRow[]> {
  const { clientIds, campaignIds, fromNumbers } = wanted.full;
  let query = db
    .selectFrom('calls')
    .selectAll()
    .where('priority', '=', wanted.priority)
    .where('due_at', '<=', wanted.now)
    .where(isFor(wanted.nodeId))
    .where(
      call.not(
        call.exists(call.selectFrom('calls as live').select('live.id').whereRef('live.fence', '=', 'calls.to_number')),
      ),
    );
  if (clientIds.length > 0) {
    query = query.where(call.or([call('client_id', 'is', null), call('client_id', 'not in', clientIds)]));
  }
  if (campaignIds.length > 0) {
    query = query.where(call.or([call('campaign_id', 'is', null), call('campaign_id', 'not in', campaignIds)]));
  }
  if (fromNumbers.length > 0) query = query.where('from_number', 'not in', fromNumbers);
  return query.orderBy('due_at').orderBy('id').limit(wanted.limit).forUpdate().skipLocked().execute();
}

/** When the first call is due, of those after a moment where one is given; null when none waits. */
export async function findNextDue(db: Db, nodeId: string, after: Date | null): Promise<Date | null> {
  let query = db.selectFrom('calls').select('due_at').where('due_at', 'is not', null).where(isFor(nodeId));
  if (after !== null) query = query.where('due_at', '>', after);
  return (await query.orderBy('due_at').limit(1).executeTakeFirst())?.due_at ?? null;
}

/** Ids of scheduled calls whose time has come and that still wait. */
export async function listOverdueScheduled(db: Db, now: Date, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('calls')
    .select('id')
    .where('due_at', '<=', now)
    .where('status', '=', 'scheduled')
    .orderBy('due_at')
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

export interface LinesInUse {
  client_id: string | null;
  campaign_id: string | null;
  from_number: string;
  direction: string;
  calls: number;
}

/** How many calls hold a line, by whose they are. */
export function countLines(db: Db): Promise<LinesInUse[]> {
  return db
    .selectFrom('calls')
    .select(['client_id', 'campaign_id', 'from_number', 'direction', call.fn.countAll<number>().as('calls')])
    .where('check_at', 'is not', null)
    .where('due_at', 'is', null)
    .groupBy(['client_id', 'campaign_id', 'from_number', 'direction'])
    .execute();
}

/** How many calls wait to be dialled while whoever asked waits for the answer. */
export async function countWaitingRequests(db: Db, reach: Reach): Promise<number> {
  let query = db
    .selectFrom('calls')
    .select((count) => count.fn.countAll<number>().as('calls'))
    .where('priority', '=', priorities.request)
    .where('due_at', 'is not', null);
  if (!reach.everyone) query = query.where('client_id', '=', reach.clientId);
  return (await query.executeTakeFirstOrThrow()).calls;
}

/** The same of those that are to be made from this number. */
export async function countRequestsFrom(db: Db, number: string): Promise<number> {
  const row = await db
    .selectFrom('calls')
    .select((count) => count.fn.countAll<number>().as('calls'))
    .where('priority', '=', priorities.request)
    .where('due_at', 'is not', null)
    .where('from_number', '=', number)
    .executeTakeFirstOrThrow();
  return row.calls;
}

/** Whether a call rings this number, or is about to because a request waits for it. */
export async function isOnTheLine(db: Db, number: string): Promise<boolean> {
  const fenced = await db.selectFrom('calls').select('id').where('fence', '=', number).executeTakeFirst();
  if (fenced) return true;
  const waiting = await db
    .selectFrom('calls')
    .select('id')
    .where('priority', '=', priorities.request)
    .where('due_at', 'is not', null)
    .where('to_number', '=', number)
    .limit(1)
    .executeTakeFirst();
  return waiting !== undefined;
}

/** Keeps other transactions that count the calls of this client out until this one ends. */
export async function lockClientCalls(db: Db, clientId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`calls of ${clientId}`}, 0))`.execute(db);
}

/** The call that rings this number, or may, and of which the carrier's own id is not known yet. */
export async function findUnboundCall(db: Db, ends: { to: string; from: string }): Promise<string | null> {
  const row = await db
    .selectFrom('calls')
    .select('id')
    .where('fence', '=', ends.to)
    .where('from_number', '=', ends.from)
    .where('carrier_sid', 'is', null)
    .executeTakeFirst();
  return row?.id ?? null;
}
