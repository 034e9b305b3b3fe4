/** Queries on the people who may log in. */
import { type Insertable, type Selectable, sql, type Updateable } from 'kysely';
import type { Reach } from './reach.ts';
import type { Db, UsersTable } from './schema.ts';

export type UserRow = Selectable<UsersTable>;

/** @throws a unique violation (`isUniqueViolation`) when the address has a user already */
export async function insertUser(db: Db, row: Insertable<UsersTable>): Promise<void> {
  await db.insertInto('users').values(row).execute();
}

export function findUser(db: Db, reach: Reach, id: string): Promise<UserRow | undefined> {
  let query = db.selectFrom('users').selectAll().where('id', '=', id);
  if (!reach.everyone) query = query.where('client_id', '=', reach.clientId);
  return query.executeTakeFirst();
}

/** The user with this address who may log in: active, and of no client that was removed. */
export function findUserToLogIn(db: Db, email: string): Promise<UserRow | undefined> {
  return db
    .selectFrom('users')
    .leftJoin('clients', 'clients.id', 'users.client_id')
    .selectAll('users')
    .where('users.email', '=', email)
    .where('users.is_active', '=', true)
    .where('clients.removed_at', 'is', null)
    .executeTakeFirst();
}

/** A user who is logged in, and whether the client that the user belongs to was removed meanwhile. */
export type UserOfSession = UserRow & { client_removed_at: Date | null };

/** The user whose login this is, while it lasts and the user is active. */
export function findUserOfSession(db: Db, sessionId: string, now: Date): Promise<UserOfSession | undefined> {
  return db
    .selectFrom('login_sessions')
    .innerJoin('users', 'users.id', 'login_sessions.user_id')
    .leftJoin('clients', 'clients.id', 'users.client_id')
    .selectAll('users')
    .select('clients.removed_at as client_removed_at')
    .where('login_sessions.id', '=', sessionId)
    .where('login_sessions.ended_at', 'is', null)
    .where('login_sessions.expires_at', '>', now)
    .where('users.is_active', '=', true)
    .executeTakeFirst();
}

export async function updateUser(db: Db, id: string, changes: Updateable<UsersTable>): Promise<void> {
  await db.updateTable('users').set(changes).where('id', '=', id).execute();
}

export async function deleteUser(db: Db, id: string): Promise<void> {
  await db.deleteFrom('users').where('id', '=', id).execute();
}

/** Makes every token that was made for this user until now no longer good. */
export async function raiseTokenVersion(db: Db, id: string): Promise<void> {
  await db
    .updateTable('users')
    .set((row) => ({ token_version: row('token_version', '+', 1) }))
    .where('id', '=', id)
    .execute();
}

export interface UserFilter {
  reach: Reach;
  role?: string | undefined;
  clientId?: string | undefined;
}

/** Users that pass the filter, newest first: ids begin with the time of making. */
export function listUsers(
  db: Db,
  filter: UserFilter,
  page: { limit: number; afterId: string | null },
): Promise<UserRow[]> {
  let query = db.selectFrom('users').selectAll();
  if (!filter.reach.everyone) query = query.where('client_id', '=', filter.reach.clientId);
  if (filter.role !== undefined) query = query.where('role', '=', filter.role);
  if (filter.clientId !== undefined) query = query.where('client_id', '=', filter.clientId);
  if (page.afterId !== null) query = query.where('id', '<', page.afterId);
  return query.orderBy('id', 'desc').limit(page.limit).execute();
}

/** How many administrators can log in. */
export async function countAdministrators(db: Db): Promise<number> {
  const row = await db
    .selectFrom('users')
    .select((count) => count.fn.countAll<number>().as('users'))
    .where('role', '=', 'admin')
    .where('is_active', '=', true)
    .executeTakeFirstOrThrow();
  return row.users;
}

const administratorsLock = 4_217_001;

/** Until the transaction ends nobody else makes the first administrator or takes away the last. */
export async function lockAdministrators(db: Db): Promise<void> {
  await sql`select pg_advisory_xact_lock(${administratorsLock}::bigint)`.execute(db);
}
