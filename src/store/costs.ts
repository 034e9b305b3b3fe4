/** What calls cost, added up: all together, by day, client, assistant or campaign. */
import { sql } from 'kysely';
import type { Db } from './schema.ts';
import type { CallCostRow } from './spend.ts';
import { type StatsFilter, selectCalls } from './stats.ts';

export interface CostSum {
  currency: string;
  /** The day, or the id of whose they are; null: all together, or nobody's. */
  key: string | null;
  /** Calls that have a cost. */
  calls: number;
  knownMicros: number;
  /** Calls that are over and whose cost is not wholly known. */
  withoutTotal: number;
}

const keys = {
  all: sql<string | null>`null::text`,
  day: sql<string | null>`to_char(calls.created_at at time zone 'UTC', 'YYYY-MM-DD')`,
  client: sql<string | null>`calls.client_id`,
  assistant: sql<string | null>`calls.assistant_id::text`,
  campaign: sql<string | null>`calls.campaign_id`,
};

/** The dearest first, or by day the newest; `most` of them. */
export function sumCosts(
  db: Db,
  filter: StatsFilter,
  { by, most }: { by: keyof typeof keys; most: number },
): Promise<CostSum[]> {
  const query = selectCalls(db, filter)
    .innerJoin('call_costs', 'call_costs.call_id', 'calls.id')
    .select([
      'call_costs.currency',
      keys[by].as('key'),
      sql<number>`count(*)::int`.as('calls'),
      sql<number>`sum(call_costs.settled_micros)::bigint`.as('knownMicros'),
      sql<number>`(count(*) filter (where call_costs.total_micros is null and calls.ended_at is not null))::int`.as(
        'withoutTotal',
      ),
    ])
    .groupBy(['call_costs.currency', sql`2`])
    .limit(most);
  return by === 'day' ? query.orderBy(sql`2 desc`).execute() : query.orderBy(sql`4 desc`).orderBy(sql`2`).execute();
}

/** The costs of these calls, which whoever asks may see. */
export function listCallCosts(db: Db, callIds: readonly string[]): Promise<CallCostRow[]> {
  if (callIds.length === 0) return Promise.resolve([]);
  return db.selectFrom('call_costs').selectAll().where('call_id', 'in', callIds).execute();
}
