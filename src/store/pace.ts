/** Queries on the pace at which an account may ask the carrier for calls, over all nodes. */
import type { Db } from './schema.ts';

export interface PaceRequest {
  account: string;
  now: Date;
  /** The time between two calls. */
  intervalMs: number;
  /** How far ahead a place may be taken. */
  longestWaitMs: number;
}

/** Takes the next free place and gives its moment; null when it is further ahead than allowed. Call in a transaction. */
export async function takePlace(db: Db, request: PaceRequest): Promise<Date | null> {
  const { account, now } = request;
  await db
    .insertInto('pace')
    .values({ account, next_at: now })
    .onConflict((conflict) => conflict.column('account').doNothing())
    .execute();
  const row = await db
    .selectFrom('pace')
    .select('next_at')
    .where('account', '=', account)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const placeMs = Math.max(row.next_at.getTime(), now.getTime());
  if (placeMs - now.getTime() > request.longestWaitMs) return null;
  await db
    .updateTable('pace')
    .set({ next_at: new Date(placeMs + request.intervalMs) })
    .where('account', '=', account)
    .execute();
  return new Date(placeMs);
}
