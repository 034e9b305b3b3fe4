/** `/v1/stats`: figures over the calls that one may see. */
import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import { reachOf } from '../../account/principal.ts';
import { type CostSum, sumCosts } from '../../store/costs.ts';
import type { Store } from '../../store/open-store.ts';
import {
  countCalls,
  countCallsByDay,
  type DayOfCalls,
  measureReplies,
  type ReplyTimes,
  type StatsFilter,
} from '../../store/stats.ts';
import { addUp, ratio } from '../add-up.ts';
import { whoAsks } from '../authorize.ts';
import { statsQuerySchema, type statsSchema } from '../contract/stats.ts';
import { parseOrProblem } from '../problem.ts';

const mostDays = 366;

type Stats = z.infer<typeof statsSchema>;

export function statsRoutes(parts: { store: Store; currency: string }) {
  const { db } = parts.store;

  return async (app: FastifyInstance): Promise<void> => {
    app.get('/v1/stats', { config: { permission: 'stats:read' } }, async (request): Promise<Stats> => {
      const query = parseOrProblem(statsQuerySchema, request.query);
      const filter = {
        reach: reachOf(whoAsks(request)),
        assistantId: query.assistant_id,
        campaignId: query.campaign_id,
        createdAfter: query.created_after ? new Date(query.created_after) : undefined,
        createdBefore: query.created_before ? new Date(query.created_before) : undefined,
      };
      const [counts, days, replies, costs] = await Promise.all([
        countCalls(db, filter),
        countCallsByDay(db, filter, mostDays),
        measureReplies(db, filter, mostDays),
        addUpCosts(parts, filter),
      ]);
      const sum = addUp(counts);
      const repliesOf = new Map(replies.map((times) => [times.day, times]));
      return {
        calls: sum.calls,
        answered: sum.answered,
        answer_rate: sum.answerRate,
        total_duration_seconds: sum.durationSeconds,
        mean_duration_seconds: sum.meanDurationSeconds,
        reply_ms: toReplyTimes(repliesOf.get(null)),
        cost: costs.all,
        by_status: sum.byStatus,
        by_outcome: sum.byOutcome,
        ...costs.lists,
        per_day: days.map((day) => toDay(day, repliesOf.get(day.day), costs.ofDay(day.day))),
      };
    });
  };
}

const toReplyTimes = (times: ReplyTimes | undefined) => ({
  count: times?.replies ?? 0,
  p50: times?.p50Ms ?? null,
  p95: times?.p95Ms ?? null,
});

const mostListed = 100;

async function addUpCosts({ store, currency }: { store: Store; currency: string }, filter: StatsFilter) {
  const sum = (by: 'all' | 'day' | 'client' | 'assistant' | 'campaign', most: number) =>
    sumCosts(store.db, filter, { by, most });
  const [all, days, clients, assistants, campaigns] = await Promise.all([
    sum('all', mostListed),
    sum('day', mostDays),
    sum('client', mostListed),
    sum('assistant', mostListed),
    sum('campaign', mostListed),
  ]);
  // Sums of a currency that was set before are not added to those of today's.
  const ours = (sums: readonly CostSum[]) => sums.filter((one) => one.currency === currency);
  const shown = (one: CostSum | undefined) => toCostSum(one, currency);
  return {
    all: shown(ours(all)[0]),
    ofDay: (day: string) => shown(ours(days).find(({ key }) => key === day)),
    lists: {
      cost_by_client: ours(clients).map((one) => ({ client_id: one.key, cost: shown(one) })),
      cost_by_assistant: ours(assistants).map((one) => ({
        assistant_id: one.key === null ? null : Number(one.key),
        cost: shown(one),
      })),
      cost_by_campaign: ours(campaigns).map((one) => ({ campaign_id: one.key, cost: shown(one) })),
    },
  };
}

const toCostSum = (sum: CostSum | undefined, currency: string): Stats['cost'] => ({
  currency,
  known_micros: sum?.knownMicros ?? 0,
  calls: sum?.calls ?? 0,
  calls_without_total: sum?.withoutTotal ?? 0,
});

const toDay = (day: DayOfCalls, times: ReplyTimes | undefined, cost: Stats['cost']): Stats['per_day'][number] => ({
  cost,
  day: day.day,
  calls: day.calls,
  answered: day.answered,
  answer_rate: ratio(day.answered, day.tried),
  total_duration_seconds: day.durationSeconds,
  mean_duration_seconds: ratio(day.durationSeconds, day.timed),
  reply_ms: toReplyTimes(times),
});
