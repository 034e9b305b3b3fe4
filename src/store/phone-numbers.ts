/** Queries on the numbers that people can call, and who answers them. */
import type { Insertable, Selectable, Updateable } from 'kysely';
import type { Reach } from './reach.ts';
import type { Db, PhoneNumbersTable } from './schema.ts';

export type PhoneNumberRow = Selectable<PhoneNumbersTable>;

/** Throws a unique violation for a number that somebody has already. */
export function insertPhoneNumber(db: Db, row: Insertable<PhoneNumbersTable>): Promise<PhoneNumberRow> {
  return db.insertInto('phone_numbers').values(row).returningAll().executeTakeFirstOrThrow();
}

export function findPhoneNumber(db: Db, reach: Reach, id: string): Promise<PhoneNumberRow | undefined> {
  let query = db.selectFrom('phone_numbers').selectAll().where('id', '=', id);
  if (!reach.everyone) query = query.where('client_id', '=', reach.clientId);
  return query.executeTakeFirst();
}

/** The number as it was called, in E.164, unless it belongs to a client that is not active. */
export function findCalledNumber(db: Db, number: string): Promise<PhoneNumberRow | undefined> {
  return db
    .selectFrom('phone_numbers')
    .leftJoin('clients', 'clients.id', 'phone_numbers.client_id')
    .selectAll('phone_numbers')
    .where('number', '=', number)
    .where(({ or, and, eb }) =>
      or([
        eb('phone_numbers.client_id', 'is', null),
        and([eb('clients.status', '=', 'Active'), eb('clients.removed_at', 'is', null)]),
      ]),
    )
    .executeTakeFirst();
}

/** In the order in which they were added, beginning after an id. */
export function listPhoneNumbers(
  db: Db,
  reach: Reach,
  page: { limit: number; afterId: string },
): Promise<PhoneNumberRow[]> {
  let query = db.selectFrom('phone_numbers').selectAll().where('id', '>', page.afterId);
  if (!reach.everyone) query = query.where('client_id', '=', reach.clientId);
  return query.orderBy('id').limit(page.limit).execute();
}

/** Undefined when there is no such number within reach. */
export function updatePhoneNumber(
  db: Db,
  of: { reach: Reach; id: string },
  changes: Pick<
    Updateable<PhoneNumbersTable>,
    'assistant_id' | 'client_id' | 'calls_per_minute' | 'concurrent_calls' | 'inbound_webhook' | 'updated_at'
  >,
): Promise<PhoneNumberRow | undefined> {
  let query = db.updateTable('phone_numbers').set(changes).where('id', '=', of.id);
  if (!of.reach.everyone) query = query.where('client_id', '=', of.reach.clientId);
  return query.returningAll().executeTakeFirst();
}

/** What was deleted; undefined when there was no such number within reach. */
export function deletePhoneNumber(db: Db, reach: Reach, id: string): Promise<PhoneNumberRow | undefined> {
  let query = db.deleteFrom('phone_numbers').where('id', '=', id);
  if (!reach.everyone) query = query.where('client_id', '=', reach.clientId);
  return query.returningAll().executeTakeFirst();
}

/** Numbers that an assistant or a webhook answers, the oldest first. */
export async function listAnsweredNumbers(db: Db, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('phone_numbers')
    .select('number')
    .where(({ or, eb }) => or([eb('assistant_id', 'is not', null), eb('inbound_webhook', 'is not', null)]))
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(({ number }) => number);
}

/** Numbers that belong to the operator or its clients and begin so. */
export async function listOwnNumbers(db: Db, beginning: string): Promise<string[]> {
  const pattern = `${beginning}%`;
  const rows = await db
    .selectFrom('phone_numbers')
    .select('number')
    .where('number', 'like', pattern)
    .union(
      db
        .selectFrom('clients')
        .select((client) => client.ref('twilio_phone_number').$notNull().as('number'))
        .where('twilio_phone_number', 'like', pattern)
        .where('removed_at', 'is', null),
    )
    .execute();
  return rows.map(({ number }) => number);
}
