/** What else has to happen in the very transaction in which a call becomes over. */
import type { CallRow } from '../store/calls.ts';
import type { NewEvent } from '../store/events.ts';
import type { Db } from '../store/schema.ts';

/**
 * Queries and changes on `db` alone, which is undone with the call's end when anything fails; `call` is the call as it
 * is over, `atMs` the moment. Gives the events that tell of it.
 */
export type FollowUp = (db: Db, call: CallRow, atMs: number) => Promise<NewEvent[]>;
