/** Queries on the lists of numbers that must not be called. */
import type { Insertable } from 'kysely';
import type { Db, DoNotCallTable } from './schema.ts';

/** Adds a number to a list; one that is on it already keeps its first entry. */
export async function addToDoNotCall(db: Db, entry: Insertable<DoNotCallTable>): Promise<void> {
  await db
    .insertInto('do_not_call')
    .values(entry)
    .onConflict((conflict) => conflict.columns(['client_id', 'number']).doNothing())
    .execute();
}

/** The entry that forbids this number to a client: on its own list or on everyone's. */
export function findDoNotCall(db: Db, number: string, clientId: string | null) {
  return db
    .selectFrom('do_not_call')
    .selectAll()
    .where('number', '=', number)
    .where('client_id', 'in', ['', clientId ?? ''])
    .executeTakeFirst();
}
