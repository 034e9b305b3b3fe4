/** Figures over many calls: how many, what became of them, how long they took and how quickly they were answered. */
import { sql } from 'kysely';
import type { Reach } from './reach.ts';
import type { Db } from './schema.ts';

export interface StatsFilter {
  reach: Reach;
  assistantId?: number | undefined;
  createdAfter?: Date | undefined;
  createdBefore?: Date | undefined;
  campaignId?: string | undefined;
}

/** What the calls of one kind add up to. */
export interface CallCounts {
  status: string;
  outcome: string | null;
  calls: number;
  /** Outbound calls that the carrier took and that are over. */
  tried: number;
  /** Those of them that were answered. */
  answered: number;
  durationSeconds: number;
  /** Calls of which a duration is known. */
  timed: number;
}

const tried = sql`direction = 'outbound' and carrier_sid is not null and ended_at is not null`;
/** Talking time only: how long it rang is not counted. */
const timed = sql`answered_at is not null and duration_seconds is not null`;
const day = sql<string>`to_char(calls.created_at at time zone 'UTC', 'YYYY-MM-DD')`;

const sums = [
  sql<number>`count(*)::int`.as('calls'),
  sql<number>`(count(*) filter (where ${tried}))::int`.as('tried'),
  sql<number>`(count(*) filter (where ${tried} and answered_at is not null))::int`.as('answered'),
  sql<number>`coalesce(sum(duration_seconds) filter (where ${timed}), 0)::int`.as('durationSeconds'),
  sql<number>`(count(*) filter (where ${timed}))::int`.as('timed'),
] as const;

/** The calls that pass a filter. */
export function selectCalls(db: Db, filter: StatsFilter) {
  let query = db.selectFrom('calls');
  if (!filter.reach.everyone) query = query.where('calls.client_id', '=', filter.reach.clientId);
  if (filter.assistantId !== undefined) query = query.where('calls.assistant_id', '=', filter.assistantId);
  if (filter.campaignId !== undefined) query = query.where('calls.campaign_id', '=', filter.campaignId);
  if (filter.createdAfter !== undefined) query = query.where('calls.created_at', '>=', filter.createdAfter);
  if (filter.createdBefore !== undefined) query = query.where('calls.created_at', '<', filter.createdBefore);
  return query;
}

export function countCalls(db: Db, filter: StatsFilter): Promise<CallCounts[]> {
  return selectCalls(db, filter)
    .select(['status', 'outcome', ...sums])
    .groupBy(['status', 'outcome'])
    .execute();
}

export type DayOfCalls = Omit<CallCounts, 'status' | 'outcome'> & { day: string };

/** Days (UTC) on which there were calls, newest first. */
export function countCallsByDay(db: Db, filter: StatsFilter, mostDays: number): Promise<DayOfCalls[]> {
  return selectCalls(db, filter)
    .select([day.as('day'), ...sums])
    .groupBy(day)
    .orderBy('day', 'desc')
    .limit(mostDays)
    .execute();
}

export interface ReplyTimes {
  /** Null: over all days. */
  day: string | null;
  replies: number;
  /** Null where there were none. */
  p50Ms: number | null;
  p95Ms: number | null;
}

/** How long persons waited for the first words of an answer, all together and by day (UTC), newest first. */
export async function measureReplies(db: Db, filter: StatsFilter, mostDays: number): Promise<ReplyTimes[]> {
  return selectCalls(db, filter)
    .innerJoin('turns', 'turns.call_id', 'calls.id')
    .where('turns.reply_ms', 'is not', null)
    .select([
      day.as('day'),
      sql<number>`count(*)::int`.as('replies'),
      sql<number | null>`percentile_disc(0.5) within group (order by turns.reply_ms)`.as('p50Ms'),
      sql<number | null>`percentile_disc(0.95) within group (order by turns.reply_ms)`.as('p95Ms'),
    ])
    .groupBy(sql`rollup (${day})`)
    .orderBy(sql`1 desc nulls first`)
    .limit(mostDays + 1)
    .execute();
}
