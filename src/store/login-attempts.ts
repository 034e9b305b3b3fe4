/** Queries on failed logins, counted by keys such as an account or an address. */
import { sql } from 'kysely';
import type { Db } from './schema.ts';

const attemptsLock = 4_217_002;

/** One after the other until the transaction ends, so that no two count the same free place. */
export async function lockLoginAttempts(db: Db): Promise<void> {
  await sql`select pg_advisory_xact_lock(${attemptsLock}::bigint)`.execute(db);
}

export async function forgetLoginAttempts(db: Db, before: Date): Promise<void> {
  await db.deleteFrom('login_attempts').where('at', '<=', before).execute();
}

/** When the newest `limit` attempts of a key began: the oldest of them; null when there are fewer. */
export async function findOldestOf(db: Db, key: string, limit: number): Promise<Date | null> {
  const row = await db
    .selectFrom('login_attempts')
    .select('at')
    .where('key', '=', key)
    .orderBy('at', 'desc')
    .offset(limit - 1)
    .limit(1)
    .executeTakeFirst();
  return row?.at ?? null;
}

export async function insertLoginAttempts(db: Db, keys: readonly string[], at: Date): Promise<void> {
  await db
    .insertInto('login_attempts')
    .values(keys.map((key) => ({ key, at })))
    .execute();
}

/** Takes back one attempt of each key. */
export async function takeBackLoginAttempts(db: Db, keys: readonly string[], at: Date): Promise<void> {
  for (const key of keys) {
    await sql`delete from login_attempts where ctid =
      (select ctid from login_attempts where key = ${key} and at = ${at} limit 1)`.execute(db);
  }
}

export async function clearLoginAttempts(db: Db, key: string): Promise<void> {
  await db.deleteFrom('login_attempts').where('key', '=', key).execute();
}
