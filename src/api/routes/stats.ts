/** `/v1/stats`: figures over the calls that one may see. */
import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import { reachOf } from '../../account/principal.ts';
import type { Store } from '../../store/open-store.ts';
import { countCalls, countCallsByDay, type DayOfCalls, measureReplies, type ReplyTimes } from '../../store/stats.ts';
import { addUp, ratio } from '../add-up.ts';
import { whoAsks } from '../authorize.ts';
import { statsQuerySchema, type statsSchema } from '../contract/stats.ts';
import { parseOrProblem } from '../problem.ts';

const mostDays = 366;

type Stats = z.infer<typeof statsSchema>;

export function statsRoutes(parts: { store: Store }) {
  const { db } = parts.store;

  return async (app: FastifyInstance): Promise<void> => {
    app.get('/v1/stats', { config: { permission: 'stats:read' } }, async (request): Promise<Stats> => {
      const query = parseOrProblem(statsQuerySchema, request.query);
      const filter = {
        reach: reachOf(whoAsks(request)),
        assistantId: query.assistant_id,
        createdAfter: query.created_after ? new Date(query.created_after) : undefined,
        createdBefore: query.created_before ? new Date(query.created_before) : undefined,
      };
      const [counts, days, replies] = await Promise.all([
        countCalls(db, filter),
        countCallsByDay(db, filter, mostDays),
        measureReplies(db, filter, mostDays),
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
        by_status: sum.byStatus,
        by_outcome: sum.byOutcome,
        per_day: days.map((day) => toDay(day, repliesOf.get(day.day))),
      };
    });
  };
}

const toReplyTimes = (times: ReplyTimes | undefined) => ({
  count: times?.replies ?? 0,
  p50: times?.p50Ms ?? null,
  p95: times?.p95Ms ?? null,
});

const toDay = (day: DayOfCalls, times: ReplyTimes | undefined): Stats['per_day'][number] => ({
  day: day.day,
  calls: day.calls,
  answered: day.answered,
  answer_rate: ratio(day.answered, day.tried),
  total_duration_seconds: day.durationSeconds,
  mean_duration_seconds: ratio(day.durationSeconds, day.timed),
  reply_ms: toReplyTimes(times),
});
