/** Queries on how often a number was dialled, and the lock that lets one dial of a client be decided at a time. */
import { sql } from 'kysely';
import type { Db } from './schema.ts';

/** Waits for other transactions that dial for the same clients (null: the operator), and keeps them out until this one ends. */
export async function lockDials(db: Db, clientIds: Iterable<string | null>): Promise<void> {
  const names = new Set([...clientIds].map((id) => id ?? ''));
  // Always in the same order, so that two transactions never wait for each other.
  for (const name of [...names].toSorted())
    await sql`select pg_advisory_xact_lock(hashtextextended(${`dial ${name}`}, 0))`.execute(db);
}

/** When a number was rung for a client (or the operator), newest first; calls that the carrier refused did not ring. */
export async function listDialedAt(
  db: Db,
  which: { to: string; clientId: string | null; since: Date },
  limit: number,
): Promise<Date[]> {
  const rows = await db
    .selectFrom('calls')
    .select('dialing_at')
    .where('to_number', '=', which.to)
    .where('direction', '=', 'outbound')
    .where('client_id', which.clientId === null ? 'is' : '=', which.clientId)
    .where('dialing_at', '>', which.since)
    .where((row) =>
      row.or([row('ended_reason', 'is', null), row('ended_reason', 'not in', ['carrier_refused', 'never_placed'])]),
    )
    .orderBy('dialing_at', 'desc')
    .limit(limit)
    .execute();
  return rows.flatMap(({ dialing_at }) => (dialing_at ? [dialing_at] : []));
}

/** How many calls were dialled since then, to numbers that begin so or for one client; E.164 holds nothing that `like` would mind. */
export async function countDialed(
  db: Db,
  which: { since: Date; beginning?: string; clientId?: string | undefined },
): Promise<number> {
  let query = db
    .selectFrom('calls')
    .select((count) => count.fn.countAll<number>().as('calls'))
    .where('dialing_at', '>', which.since)
    .where('direction', '=', 'outbound');
  if (which.beginning !== undefined) query = query.where('to_number', 'like', `${which.beginning}%`);
  if (which.clientId !== undefined) query = query.where('client_id', '=', which.clientId);
  return (await query.executeTakeFirstOrThrow()).calls;
}
