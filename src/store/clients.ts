/** Queries on the clients (tenants): who they are, and whether they are still here. */
import { type Insertable, type Selectable, sql, type Updateable } from 'kysely';
import type { Reach } from './reach.ts';
import type { ClientsTable, Db } from './schema.ts';

export type ClientRow = Selectable<ClientsTable>;
/** With the address that its first user logs in with. */
export type ClientWithEmail = ClientRow & { email: string | null };

export async function insertClient(db: Db, row: Insertable<ClientsTable>): Promise<void> {
  await db.insertInto('clients').values(row).execute();
}

function selectClients(db: Db, reach: Reach) {
  let query = db
    .selectFrom('clients')
    .selectAll('clients')
    .select((eb) =>
      eb
        .selectFrom('users')
        .select('users.email')
        .whereRef('users.client_id', '=', 'clients.id')
        .orderBy('users.id')
        .limit(1)
        .as('email'),
    )
    .where('removed_at', 'is', null);
  if (!reach.everyone) query = query.where('clients.id', '=', reach.clientId);
  return query;
}

/** The client, unless it was removed. */
export function findClient(db: Db, reach: Reach, id: string): Promise<ClientWithEmail | undefined> {
  return selectClients(db, reach).where('clients.id', '=', id).executeTakeFirst();
}

/** Clients that were not removed, newest first: ids begin with the time of making. */
/** The limits of these clients, as they are stored. */
export async function listClientLimits(db: Db, ids: readonly string[]): Promise<{ id: string; limits: unknown }[]> {
  if (ids.length === 0) return [];
  return await db.selectFrom('clients').select(['id', 'limits']).where('id', 'in', ids).execute();
}

export function listClients(
  db: Db,
  filter: { reach: Reach; status?: string | undefined },
  page: { limit: number; afterId: string | null },
): Promise<ClientWithEmail[]> {
  let query = selectClients(db, filter.reach);
  if (filter.status !== undefined) query = query.where('status', '=', filter.status);
  if (page.afterId !== null) query = query.where('clients.id', '<', page.afterId);
  return query.orderBy('clients.id', 'desc').limit(page.limit).execute();
}

export async function updateClient(db: Db, id: string, changes: Updateable<ClientsTable>): Promise<void> {
  await db.updateTable('clients').set(changes).where('id', '=', id).execute();
}

/** Takes away all by which a client gets in or is reached; its calls and what else it left stay. */
export async function removeClient(db: Db, id: string, at: Date): Promise<void> {
  await updateClient(db, id, { status: 'Inactive', removed_at: at, updated_at: at });
  await db
    .updateTable('api_keys')
    .set({ revoked_at: at })
    .where('client_id', '=', id)
    .where('revoked_at', 'is', null)
    .execute();
  await db
    .updateTable('phone_numbers')
    .set({ client_id: null, assistant_id: null, updated_at: at })
    .where('client_id', '=', id)
    .execute();
}

/** Frees an address that belonged to a client which was removed. */
export async function forgetUserOfRemovedClient(db: Db, email: string): Promise<void> {
  await db
    .deleteFrom('users')
    .where('email', '=', email)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('clients')
          .select(sql`1`.as('one'))
          .whereRef('clients.id', '=', 'users.client_id')
          .where('removed_at', 'is not', null),
      ),
    )
    .execute();
}

/** Whether a number is within reach: a client's own caller id, or one of the stored phone numbers. */
export async function isNumberWithin(db: Db, reach: Reach, number: string): Promise<boolean> {
  return (await listNumbersWithin(db, reach, [number])).size > 0;
}

/** Which of these numbers are within reach. */
export async function listNumbersWithin(db: Db, reach: Reach, numbers: readonly string[]): Promise<Set<string>> {
  if (numbers.length === 0) return new Set();
  let ownNumbers = db
    .selectFrom('clients')
    .select('twilio_phone_number as number')
    .where('twilio_phone_number', 'in', numbers)
    .where('removed_at', 'is', null);
  let stored = db.selectFrom('phone_numbers').select('number').where('number', 'in', numbers);
  if (!reach.everyone) {
    ownNumbers = ownNumbers.where('id', '=', reach.clientId);
    stored = stored.where('client_id', '=', reach.clientId);
  }
  const rows = await ownNumbers.unionAll(stored).execute();
  return new Set(rows.flatMap(({ number }) => (number === null ? [] : [number])));
}
