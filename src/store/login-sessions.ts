/** Queries on logins that last: each holds the one refresh token that is good now. */
import type { Insertable } from 'kysely';
import type { Db, LoginSessionsTable } from './schema.ts';

/** Adds a session, and removes those of the same user that are over. */
export async function insertLoginSession(db: Db, row: Insertable<LoginSessionsTable>): Promise<void> {
  await db
    .deleteFrom('login_sessions')
    .where('user_id', '=', row.user_id)
    .where('expires_at', '<=', row.created_at)
    .execute();
  await db.insertInto('login_sessions').values(row).execute();
}

export interface RefreshRotation {
  sessionId: string;
  fromHash: string;
  toHash: string;
  now: Date;
}

/** Puts a new refresh token in the place of the present one; true for one caller only. */
export async function rotateRefresh(db: Db, rotation: RefreshRotation): Promise<boolean> {
  const result = await db
    .updateTable('login_sessions')
    .set({ refresh_hash: rotation.toHash })
    .where('id', '=', rotation.sessionId)
    .where('refresh_hash', '=', rotation.fromHash)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', rotation.now)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Ends a session; true for the one that did. */
export async function endLoginSession(db: Db, id: string, now: Date): Promise<boolean> {
  const result = await db
    .updateTable('login_sessions')
    .set({ ended_at: now })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Ends every session of a user but one, or all of them. */
export async function endLoginSessionsOf(
  db: Db,
  userId: string,
  ending: { now: Date; except: string | null },
): Promise<void> {
  let query = db
    .updateTable('login_sessions')
    .set({ ended_at: ending.now })
    .where('user_id', '=', userId)
    .where('ended_at', 'is', null);
  if (ending.except !== null) query = query.where('id', '!=', ending.except);
  await query.execute();
}
