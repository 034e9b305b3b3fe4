/** Queries on what is erased of people, and on the calls of which something is to be erased. */
import { type Insertable, type Selectable, sql } from 'kysely';
import type { ErasuresTable } from './assistant-tables.ts';
import type { CallRow } from './calls.ts';
import type { Reach } from './reach.ts';
import type { Db } from './schema.ts';

export type ErasureRow = Selectable<ErasuresTable>;

/** The wish for this person that is still open, or this one. */
export async function askForErasure(db: Db, row: Insertable<ErasuresTable>): Promise<ErasureRow> {
  const { client_id = null, number } = row;
  await sql`select pg_advisory_xact_lock(hashtextextended(${`erasure of ${number} for ${client_id}`}, 0))`.execute(db);
  const open = await db
    .selectFrom('erasures')
    .selectAll()
    .where('number', '=', number)
    .where('client_id', client_id === null ? 'is' : '=', client_id)
    .where('done_at', 'is', null)
    .executeTakeFirst();
  return open ?? (await db.insertInto('erasures').values(row).returningAll().executeTakeFirstOrThrow());
}

/** Newest first, beginning below an id. */
export function listErasures(
  db: Db,
  reach: Reach,
  page: { limit: number; belowId: string | null },
): Promise<ErasureRow[]> {
  let query = db.selectFrom('erasures').selectAll();
  if (!reach.everyone) query = query.where('client_id', '=', reach.clientId);
  if (page.belowId !== null) query = query.where('id', '<', page.belowId);
  return query.orderBy('id', 'desc').limit(page.limit).execute();
}

export function findErasure(db: Db, reach: Reach, id: string): Promise<ErasureRow | undefined> {
  const query = db.selectFrom('erasures').selectAll().where('id', '=', id);
  return (reach.everyone ? query : query.where('client_id', '=', reach.clientId)).executeTakeFirst();
}

export function listOpenErasures(db: Db, limit: number): Promise<ErasureRow[]> {
  return db.selectFrom('erasures').selectAll().where('done_at', 'is', null).orderBy('asked_at').limit(limit).execute();
}

/** Whose number it was stays with nobody: the wish itself forgets it. */
export async function closeErasure(db: Db, id: string, at: Date): Promise<void> {
  await db.updateTable('erasures').set({ done_at: at, number: erased }).where('id', '=', id).execute();
}

/** Stands where a number was. */
export const erased = 'erased';

/** Whose wish it is decides whose calls are meant: those of a client, or, of the operator's own wish, of everyone. */
function selectCallsOf(db: Db, { client_id, number }: Pick<ErasureRow, 'client_id' | 'number'>) {
  const query = db
    .selectFrom('calls')
    .where((row) =>
      row.or([
        row.and([row('direction', '=', 'inbound'), row('from_number', '=', number)]),
        row.and([row('direction', '!=', 'inbound'), row('to_number', '=', number)]),
      ]),
    )
    .where('person_erased_at', 'is', null);
  return client_id === null ? query : query.where('client_id', '=', client_id);
}

/** Those whose person is not erased yet, oldest first. */
export function listCallsToErase(db: Db, erasure: ErasureRow, limit: number): Promise<CallRow[]> {
  return selectCallsOf(db, erasure).selectAll().orderBy('created_at').orderBy('id').limit(limit).execute();
}

/** Calls that ended before a moment: of one client, or of all but these. */
export interface OldCalls {
  before: Date;
  of: { clientId: string } | { allBut: readonly string[] };
  limit: number;
}

function selectOld(db: Db, { before, of, limit }: OldCalls) {
  const query = db.selectFrom('calls').selectAll().where('ended_at', '<', before).orderBy('ended_at').limit(limit);
  if ('clientId' in of) return query.where('client_id', '=', of.clientId);
  if (of.allBut.length === 0) return query;
  return query.where((row) => row.or([row('client_id', 'is', null), row('client_id', 'not in', of.allBut)]));
}

/** Those whose words are still there. */
export function listOldCallsWithWords(db: Db, old: OldCalls): Promise<CallRow[]> {
  return selectOld(db, old).where('words_erased_at', 'is', null).execute();
}

/** Those whose recordings are still there. */
export function listOldCallsWithRecordings(db: Db, old: OldCalls): Promise<CallRow[]> {
  return selectOld(db, old)
    .where((row) =>
      row.exists(row.selectFrom('recordings').select('id').whereRef('recordings.call_id', '=', 'calls.id')),
    )
    .execute();
}

/** What each client says of how long its calls are kept. */
export async function listLimitsOfClients(db: Db): Promise<{ id: string; limits: Record<string, unknown> }[]> {
  return await db.selectFrom('clients').select(['id', 'limits']).execute();
}

export async function deleteRecordingRow(db: Db, id: string): Promise<void> {
  await db.deleteFrom('recordings').where('id', '=', id).execute();
}

/** Events that tell what became of a call, and nothing of what was said in it. */
const eventsWithoutWords = [
  ...['call.scheduled', 'call.queued', 'call.blocked', 'call.dialing', 'call.ringing', 'call.started', 'call.ended'],
  ...['call.retry_scheduled', 'call.spend_threshold'],
];

/** All that was said in a call; that it was, and what came of it and what it cost, stays. In a transaction. */
export async function eraseWords(db: Db, callId: string, at: Date): Promise<void> {
  await db.deleteFrom('turns').where('call_id', '=', callId).execute();
  await db.deleteFrom('carrier_transcripts').where('call_id', '=', callId).execute();
  await db.deleteFrom('call_log').where('call_id', '=', callId).execute();
  await db.deleteFrom('call_analyses').where('call_id', '=', callId).execute();
  await db.updateTable('tool_calls').set({ arguments: '{}', result: null }).where('call_id', '=', callId).execute();
  const events = db.selectFrom('events').select('id').where('call_id', '=', callId);
  await db
    .updateTable('webhook_deliveries')
    .set({ status: 'canceled', next_try_at: null, finished_at: at })
    .where('event_id', 'in', events)
    .where('next_try_at', 'is not', null)
    .execute();
  await db.deleteFrom('webhook_messages').where('event_id', 'in', events).execute();
  await db
    .updateTable('events')
    .set({ data: '{}' })
    .where('call_id', '=', callId)
    .where('type', 'not in', eventsWithoutWords)
    .execute();
  await db
    .updateTable('calls')
    .set({
      ...{ words_erased_at: at, welcome_message: null, agenda: null, call_back_reason: null },
      transfer: sql`case when transfer is null then null else transfer || '{"briefing":null}'::jsonb end`,
    })
    .where('id', '=', callId)
    .execute();
}

/** What whoever placed a call said of the person. */
export async function eraseDetails(db: Db, callId: string): Promise<void> {
  const nothing = { metadata: null, instructions: null, error_message: null, recipient_timezone: null };
  await db
    .updateTable('calls')
    .set({ parameters: '{}', verification: null, ...nothing })
    .where('id', '=', callId)
    .execute();
  await db.updateTable('events').set({ data: '{}' }).where('call_id', '=', callId).execute();
}

/** Whose call it was; from then on it is nobody's. */
export async function eraseNumber(db: Db, call: Pick<CallRow, 'id' | 'direction'>, at: Date): Promise<void> {
  const number = call.direction === 'inbound' ? { from_number: erased } : { to_number: erased };
  await db
    .updateTable('calls')
    .set({ ...number, person_erased_at: at })
    .where('id', '=', call.id)
    .execute();
}

/** The person in lists of campaigns; whoever was still to be called is not called. */
export async function eraseContacts(db: Db, erasure: ErasureRow, at: Date): Promise<void> {
  let query = db
    .updateTable('contacts')
    .set({
      ...{ name: null, timezone: null, variables: '{}', updated_at: at },
      number: sql`${`${erased}:`} || id`,
      state: sql`case when state = 'waiting' then 'skipped' else state end`,
      code: sql`case when state = 'waiting' then 'person/erased' else code end`,
    })
    .where('number', '=', erasure.number)
    .where('state', '!=', 'calling');
  if (erasure.client_id !== null) query = query.where('client_id', '=', erasure.client_id);
  await query.execute();
}

export async function countContactsOf(db: Db, { client_id, number }: ErasureRow): Promise<number> {
  let query = db
    .selectFrom('contacts')
    .select((count) => count.fn.countAll<number>().as('contacts'))
    .where('number', '=', number);
  if (client_id !== null) query = query.where('client_id', '=', client_id);
  return (await query.executeTakeFirstOrThrow()).contacts;
}
