/** Queries on the events that the outside may hear of. */
import type { Insertable, Selectable } from 'kysely';
import type { Db, EventsTable } from './schema.ts';

export type EventRow = Selectable<EventsTable>;
export type NewEvent = Omit<Insertable<EventsTable>, 'position'>;

/** Adds events; one that its call (or, without a call, anything) already has under the same key is left out. Gives those that were added. */
export function insertEvents(db: Db, events: NewEvent[]): Promise<EventRow[]> {
  if (events.length === 0) return Promise.resolve([]);
  return db
    .insertInto('events')
    .values(events)
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .execute();
}

/** Events of one call in their order, beginning after a position. */
export function listEvents(
  db: Db,
  callId: string,
  page: { afterPosition: number; limit: number },
): Promise<EventRow[]> {
  return db
    .selectFrom('events')
    .selectAll()
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
