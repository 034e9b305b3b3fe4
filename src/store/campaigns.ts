/** Queries on campaigns: what they are, and what they and their calls are doing now. */
import { type Insertable, type Selectable, sql, type Updateable } from 'kysely';
import type { CampaignsTable } from './campaign-tables.ts';
import { everyone, type Reach } from './reach.ts';
import type { Db } from './schema.ts';

export type CampaignRow = Selectable<CampaignsTable>;

export async function insertCampaign(db: Db, row: Insertable<CampaignsTable>): Promise<void> {
  await db.insertInto('campaigns').values(row).execute();
}

function selectCampaigns(db: Db, reach: Reach) {
  const query = db.selectFrom('campaigns').selectAll();
  return reach.everyone ? query : query.where('client_id', '=', reach.clientId);
}

export function findCampaign(db: Db, reach: Reach, id: string): Promise<CampaignRow | undefined> {
  return selectCampaigns(db, reach).where('id', '=', id).executeTakeFirst();
}

/** The campaign, locked until the transaction ends: its status and pace follow one another over all nodes. */
export function lockCampaign(db: Db, id: string, reach = everyone): Promise<CampaignRow | undefined> {
  return selectCampaigns(db, reach).where('id', '=', id).forUpdate().executeTakeFirst();
}

/** The same, unless somebody else has it now. */
export function lockCampaignIfFree(db: Db, id: string): Promise<CampaignRow | undefined> {
  return selectCampaigns(db, everyone).where('id', '=', id).forUpdate().skipLocked().executeTakeFirst();
}

export async function updateCampaign(db: Db, id: string, changes: Updateable<CampaignsTable>): Promise<void> {
  await db.updateTable('campaigns').set(changes).where('id', '=', id).execute();
}

export async function deleteCampaign(db: Db, id: string): Promise<void> {
  await db.deleteFrom('campaigns').where('id', '=', id).execute();
}

/** Newest first: ids begin with the time of making. */
export function listCampaigns(
  db: Db,
  filter: { reach: Reach; status?: string | undefined },
  page: { limit: number; beforeId: string | null },
): Promise<CampaignRow[]> {
  let query = selectCampaigns(db, filter.reach);
  if (filter.status !== undefined) query = query.where('status', '=', filter.status);
  if (page.beforeId !== null) query = query.where('id', '<', page.beforeId);
  return query.orderBy('id', 'desc').limit(page.limit).execute();
}

/** Those that are not over, newest first. */
export function listCampaignsUnderWay(db: Db, reach: Reach, limit: number): Promise<CampaignRow[]> {
  return selectCampaigns(db, reach)
    .where('status', 'in', ['running', 'paused', 'halted'])
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}

/** Which campaigns must be looked at and when, the longest overdue first. */
export async function listCampaignTicks(db: Db, limit: number): Promise<{ id: string; at: Date }[]> {
  const rows = await db
    .selectFrom('campaigns')
    .select(['id', 'next_tick_at'])
    .where('next_tick_at', 'is not', null)
    .orderBy('next_tick_at')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ id: row.id, at: row.next_tick_at as Date }));
}

export interface CallOfCampaign {
  id: string;
  status: string;
  /** As long as it waits to be dialled. */
  due_at: Date | null;
  answered: boolean;
}

/** The calls of contacts who are being called now: what holds the campaign's lines. */
export function listCallsUnderWay(db: Db, campaignId: string): Promise<CallOfCampaign[]> {
  return db
    .selectFrom('contacts')
    .innerJoin('calls', 'calls.id', 'contacts.last_call_id')
    .select(['calls.id', 'calls.status', 'calls.due_at', sql<boolean>`calls.answered_at is not null`.as('answered')])
    .where('contacts.campaign_id', '=', campaignId)
    .where('contacts.state', '=', 'calling')
    .orderBy('calls.id')
    .execute();
}

/** Those of them that nobody dials yet, locked; one that is being dialled at this moment is not waited for. */
export async function lockQueuedCalls(db: Db, campaignId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('calls')
    .innerJoin('contacts', 'contacts.last_call_id', 'calls.id')
    .select('calls.id')
    .where('contacts.campaign_id', '=', campaignId)
    .where('contacts.state', '=', 'calling')
    .where('calls.status', 'in', ['queued', 'scheduled'])
    .orderBy('calls.id')
    .forUpdate('calls')
    .skipLocked()
    .execute();
  return rows.map(({ id }) => id);
}

export interface EndedCall {
  status: string;
  answered: boolean;
  fault: string | null;
  error_code: string | null;
}

/** The last calls of a campaign that ended since then, the newest first; those that were never dialled are left out. */
export function listLastEnded(
  db: Db,
  campaignId: string,
  { since, limit }: { since: Date; limit: number },
): Promise<EndedCall[]> {
  return db
    .selectFrom('calls')
    .select(['status', 'fault', 'error_code', sql<boolean>`answered_at is not null`.as('answered')])
    .where('campaign_id', '=', campaignId)
    .where('ended_at', '>=', since)
    .where('dialing_at', 'is not', null)
    .orderBy('ended_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}

/** How many calls of a campaign were dialled since then; one does not wait for longer than an hour before. */
export async function countDialedSince(db: Db, campaignId: string, since: Date): Promise<number> {
  const row = await db
    .selectFrom('calls')
    .select((count) => count.fn.countAll<number>().as('calls'))
    .where('campaign_id', '=', campaignId)
    .where('created_at', '>=', new Date(since.getTime() - 3_600_000))
    .where('dialing_at', '>=', since)
    .executeTakeFirstOrThrow();
  return row.calls;
}
