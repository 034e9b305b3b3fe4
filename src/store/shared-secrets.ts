/** Queries on the secrets that all nodes of a database share. */
import type { Db } from './schema.ts';

export async function findSharedSecret(db: Db, name: string): Promise<string | null> {
  const row = await db.selectFrom('shared_secrets').select('value').where('name', '=', name).executeTakeFirst();
  return row?.value ?? null;
}

interface Secret {
  name: string;
  value: string;
  now: Date;
}

/** Offers a secret, and gives the one that holds: that of whoever was first. */
export async function shareSecret(db: Db, { name, value, now }: Secret): Promise<string> {
  await db
    .insertInto('shared_secrets')
    .values({ name, value, updated_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return (await findSharedSecret(db, name)) ?? value;
}

export async function replaceSharedSecret(db: Db, { name, value, now }: Secret): Promise<void> {
  await db.updateTable('shared_secrets').set({ value, updated_at: now }).where('name', '=', name).execute();
}
