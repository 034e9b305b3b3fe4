/** Queries on the people whom campaigns call. */
import { type Selectable, sql, type Updateable } from 'kysely';
import type { ContactsTable } from './campaign-tables.ts';
import type { Reach } from './reach.ts';
import type { Db } from './schema.ts';

export type ContactRow = Selectable<ContactsTable>;
export interface NewContact {
  id: string;
  number: string;
  name: string | null;
  timezone: string | null;
  variables: Record<string, unknown>;
  line: number;
}

/**
 * Adds people to a campaign in their order, in one statement; gives the numbers that were added, which are all but those
 * that the campaign has already.
 */
export async function insertContacts(
  db: Db,
  to: { campaignId: string; clientId: string | null; now: Date },
  contacts: readonly NewContact[],
): Promise<Set<string>> {
  if (contacts.length === 0) return new Set();
  const { rows } = await sql<{ number: string }>`
    insert into contacts (
      id, campaign_id, client_id, number, name, timezone, variables, line,
      state, attempts, deferrals, due_at, created_at, updated_at)
    select id, ${to.campaignId}, ${to.clientId}, number, name, timezone, variables, line,
      'waiting', 0, 0, ${to.now}::timestamptz, ${to.now}::timestamptz, ${to.now}::timestamptz
    from json_to_recordset(${JSON.stringify(contacts)}::json)
      as given (id text, number text, name text, timezone text, variables json, line integer)
    on conflict do nothing
    returning number`.execute(db);
  return new Set(rows.map(({ number }) => number));
}

/** Which of these numbers the campaign has. */
export async function findKnownNumbers(db: Db, campaignId: string, numbers: readonly string[]): Promise<Set<string>> {
  if (numbers.length === 0) return new Set();
  const rows = await db
    .selectFrom('contacts')
    .select('number')
    .where('campaign_id', '=', campaignId)
    .where('number', 'in', numbers)
    .execute();
  return new Set(rows.map(({ number }) => number));
}

export async function countContacts(db: Db, campaignId: string): Promise<number> {
  const row = await db
    .selectFrom('contacts')
    .select((count) => count.fn.countAll<number>().as('contacts'))
    .where('campaign_id', '=', campaignId)
    .executeTakeFirstOrThrow();
  return row.contacts;
}

/** Those who wait and are due, in their turn, locked against everybody else. */
export function lockDueContacts(
  db: Db,
  campaignId: string,
  { now, limit }: { now: Date; limit: number },
): Promise<ContactRow[]> {
  return db
    .selectFrom('contacts')
    .selectAll()
    .where('campaign_id', '=', campaignId)
    .where('state', '=', 'waiting')
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .orderBy('position')
    .limit(limit)
    .forUpdate()
    .execute();
}

/** When the next of those who wait is due; null when nobody waits. */
export async function nextContactDue(db: Db, campaignId: string): Promise<Date | null> {
  const row = await db
    .selectFrom('contacts')
    .select('due_at')
    .where('campaign_id', '=', campaignId)
    .where('state', '=', 'waiting')
    .orderBy('due_at')
    .limit(1)
    .executeTakeFirst();
  return row?.due_at ?? null;
}

export async function updateContacts(
  db: Db,
  ids: readonly string[],
  changes: Updateable<ContactsTable>,
): Promise<void> {
  if (ids.length > 0) await db.updateTable('contacts').set(changes).where('id', 'in', ids).execute();
}

/** Those of these calls, just stored, are being called. */
export async function markCalled(db: Db, { callIds, now }: { callIds: readonly string[]; now: Date }): Promise<void> {
  if (callIds.length === 0) return;
  await db
    .updateTable('contacts')
    .from('calls')
    .set(({ eb, fn, ref }) => ({
      ...{ state: 'calling', code: null, updated_at: now },
      attempts: eb('contacts.attempts', '+', 1),
      first_call_id: fn.coalesce('contacts.first_call_id', 'calls.id'),
      last_call_id: ref('calls.id'),
      from_number: ref('calls.from_number'),
    }))
    .whereRef('contacts.id', '=', 'calls.contact_id')
    .where('calls.id', 'in', callIds)
    .execute();
}

/** Who was called, locked, with what the campaign was told and its state as they are committed. */
export function lockCalledContact(db: Db, id: string) {
  return db
    .selectFrom('contacts')
    .innerJoin('campaigns', 'campaigns.id', 'contacts.campaign_id')
    .select(['contacts.id', 'contacts.state', 'contacts.last_call_id', 'contacts.attempts', 'contacts.deferrals'])
    .select(['contacts.outcome', 'campaigns.settings', 'campaigns.pace'])
    .where('contacts.id', '=', id)
    .forUpdate('contacts')
    .executeTakeFirst();
}

/** Ends the waiting of so many of those who wait; gives how many it were. */
export async function endWaiting(
  db: Db,
  campaignId: string,
  end: { state: 'canceled' | 'skipped'; code: string; now: Date; limit: number },
): Promise<number> {
  const result = await db
    .updateTable('contacts')
    .set({ state: end.state, code: end.code, updated_at: end.now })
    .where('position', 'in', (waiting) =>
      waiting
        .selectFrom('contacts')
        .select('position')
        .where('campaign_id', '=', campaignId)
        .where('state', '=', 'waiting')
        .limit(end.limit),
    )
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}

export interface ContactCount {
  state: string;
  outcome: string | null;
  contacts: number;
}

export function countByStateAndOutcome(db: Db, campaignId: string): Promise<ContactCount[]> {
  return db
    .selectFrom('contacts')
    .select(['state', 'outcome', (count) => count.fn.countAll<number>().as('contacts')])
    .where('campaign_id', '=', campaignId)
    .groupBy(['state', 'outcome'])
    .execute();
}

export interface ContactFilter {
  reach: Reach;
  campaignId: string;
  state?: string | undefined;
  outcome?: string | undefined;
  number?: string | undefined;
}

/** In the order in which they were added, beginning after a position. */
export function listContacts(
  db: Db,
  filter: ContactFilter,
  page: { limit: number; afterPosition: number },
): Promise<ContactRow[]> {
  let query = db
    .selectFrom('contacts')
    .selectAll()
    .where('campaign_id', '=', filter.campaignId)
    .where('position', '>', page.afterPosition);
  if (!filter.reach.everyone) query = query.where('client_id', '=', filter.reach.clientId);
  if (filter.state !== undefined) query = query.where('state', '=', filter.state);
  if (filter.outcome !== undefined) query = query.where('outcome', '=', filter.outcome);
  if (filter.number !== undefined) query = query.where('number', '=', filter.number);
  return query.orderBy('position').limit(page.limit).execute();
}

/** Those who wait and lack a value on one of these paths, in their order. */
export function listWaitingWithout(
  db: Db,
  campaignId: string,
  { paths, limit }: { paths: readonly (readonly string[])[]; limit: number },
): Promise<ContactRow[]> {
  return db
    .selectFrom('contacts')
    .selectAll()
    .where('campaign_id', '=', campaignId)
    .where('state', '=', 'waiting')
    .where(({ or }) =>
      or(
        paths.map((path) => {
          const isMissing = sql<boolean>`coalesce((variables #> ${[...path]}::text[])::text, 'null') = 'null'`;
          return path.length === 1 && path[0] === 'name' ? sql<boolean>`(name is null and ${isMissing})` : isMissing;
        }),
      ),
    )
    .orderBy('position')
    .limit(limit)
    .execute();
}
