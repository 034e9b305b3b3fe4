/** Queries on the events that the outside may hear of. */
import { type Insertable, type Selectable, sql } from 'kysely';
import { callAsTold } from './call-as-told.ts';
import type { Reach } from './reach.ts';
import type { Db, EventsTable } from './schema.ts';

export type EventRow = Omit<Selectable<EventsTable>, 'seen_by'>;
export type NewEvent = Omit<Insertable<EventsTable>, 'position' | 'seen_by'>;

const columns = ['position', 'id', 'call_id', 'client_id', 'type', 'key', 'at', 'data'] as const;

/**
 * Adds events, and in the same statement their deliveries to whoever wants to be told; an event that its call (or,
 * without a call, anything) already has under the same key is left out. Gives those that were added.
 */
export async function insertEvents(db: Db, events: NewEvent[]): Promise<EventRow[]> {
  if (events.length === 0) return [];
  const { rows } = await sql<EventRow>`
    with added as (
      ${db
        .insertInto('events')
        .values(events)
        .onConflict((conflict) => conflict.doNothing())
        .returning(columns)}
    ), queued as (
      insert into webhook_deliveries (webhook_id, event_id, event_type, position, status, next_try_at, created_at)
      select webhooks.id, added.id, added.type, added.position, 'waiting', added.at, added.at
      from added join webhooks on webhooks.is_enabled
        and (webhooks.client_id is null or webhooks.client_id = added.client_id)
        and (webhooks.event_types is null
          or webhooks.event_types ?| array[added.type, split_part(added.type, '.', 1) || '.*'])
      returning event_id
    ), kept as (
      insert into webhook_messages (event_id, call)
      select added.id, ${callAsTold}
      from added join calls on calls.id = added.call_id
      where added.id in (select event_id from queued)
    )
    select * from added order by position`.execute(db);
  return rows;
}

/** An event that only who asked for it is told of. */
export function insertSilentEvent(db: Db, event: NewEvent): Promise<EventRow> {
  return db.insertInto('events').values(event).returning(columns).executeTakeFirstOrThrow();
}

/** Events of one call in their order, beginning after a position. */
export function listEvents(
  db: Db,
  callId: string,
  page: { afterPosition: number; limit: number },
): Promise<EventRow[]> {
  return db
    .selectFrom('events')
    .select(columns)
    .where('call_id', '=', callId)
    .where('position', '>', page.afterPosition)
    .orderBy('position')
    .limit(page.limit)
    .execute();
}

/** Events of one kind of one call, oldest first. */
export function listEventsOfType(db: Db, callId: string, type: string): Promise<EventRow[]> {
  return db
    .selectFrom('events')
    .selectAll()
    .where('call_id', '=', callId)
    .where('type', '=', type)
    .orderBy('position')
    .limit(100)
    .execute();
}

/** Events of everyone, by their positions. */
export function listEventsAt(db: Db, positions: readonly number[]): Promise<EventRow[]> {
  return db.selectFrom('events').select(columns).where('position', 'in', positions).orderBy('position').execute();
}

/** Positions that come after one, the nearest first. */
export async function listPositionsAfter(db: Db, position: number, limit: number): Promise<number[]> {
  const query = db.selectFrom('events').select('position').where('position', '>', position);
  return (await query.orderBy('position').limit(limit).execute()).map((row) => row.position);
}

/** Where a reader of all events has come to. */
export interface EventPlace {
  seenBy: string;
  position: number;
}

/**
 * Events within reach in the order in which they could first be seen, after a place: a reader who goes on from the last
 * one passes none over, since what an open transaction may still add comes behind all that is shown.
 */
export async function listVisibleEvents(
  db: Db,
  reach: Reach,
  page: { after: EventPlace | null; type?: string | undefined; callId?: string | undefined; limit: number },
): Promise<(EventRow & { seen_by: string })[]> {
  let query = db
    .selectFrom('events')
    .select(columns)
    .select(sql<string>`seen_by::text`.as('seen_by'))
    .where(sql<boolean>`events.seen_by < pg_snapshot_xmin(pg_current_snapshot())`);
  if (!reach.everyone) query = query.where('client_id', '=', reach.clientId);
  if (page.callId !== undefined) query = query.where('call_id', '=', page.callId);
  if (page.type?.endsWith('.*')) query = query.where(sql<boolean>`starts_with(type, ${page.type.slice(0, -1)})`);
  else if (page.type !== undefined) query = query.where('type', '=', page.type);
  if (page.after) {
    const { seenBy, position } = page.after;
    query = query.where(sql<boolean>`(events.seen_by, position) > (${seenBy}::xid8, ${position}::bigint)`);
  }
  return await query.orderBy('events.seen_by').orderBy('position').limit(page.limit).execute();
}

/** Events within reach after a position, the nearest first. */
export function listEventsAfter(db: Db, reach: Reach, page: { position: number; limit: number }): Promise<EventRow[]> {
  let query = db.selectFrom('events').select(columns).where('position', '>', page.position);
  if (!reach.everyone) query = query.where('client_id', '=', reach.clientId);
  return query.orderBy('position').limit(page.limit).execute();
}

/** 0 while there is none. */
export async function newestPosition(db: Db): Promise<number> {
  const row = await db.selectFrom('events').select('position').orderBy('position', 'desc').limit(1).executeTakeFirst();
  return row?.position ?? 0;
}
