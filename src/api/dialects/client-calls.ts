/** `GET /secure/calls`, one call and `/secure/call-stats`: what a client's calls were. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type CallRow, countMatchingCalls, findCall, listCalls } from '../../store/calls.ts';
import { listCallCosts, sumCosts } from '../../store/costs.ts';
import { listEvents } from '../../store/events.ts';
import { onlyOf } from '../../store/reach.ts';
import { listRecordings } from '../../store/recordings.ts';
import type { Db } from '../../store/schema.ts';
import type { CallCostRow } from '../../store/spend.ts';
import { countCalls, countCallsByDay } from '../../store/stats.ts';
import { listTurns } from '../../store/turns.ts';
import { addUp } from '../add-up.ts';
import { callCursorSchema } from '../call-cursor.ts';
import { type ClientCall, clientCallsQuerySchema, clientStatsQuerySchema } from '../contract/client-calls.ts';
import { fromCursor, toCursor } from '../cursor.ts';
import { notFound, parseOrProblem } from '../problem.ts';
import type { DialectParts } from './dialect.ts';
import { clientOf } from './let-in-clients.ts';

const reading = { config: { needs: 'calls:read' } } as const;
const mostDays = 366;
const mostEvents = 1000;

export function clientCalls(parts: DialectParts) {
  const { db } = parts.store;

  return async (app: FastifyInstance): Promise<void> => {
    app.get('/secure/calls', reading, async (request) => {
      const query = parseOrProblem(clientCallsQuerySchema, request.query);
      const filter = { reach: onlyOf(clientOf(request)), status: query.status, ...toSpan(query) };
      const after = query.cursor === undefined ? null : toAfter(query.cursor);
      const skip = after ? 0 : (query.page - 1) * query.limit;
      const rows = await listCalls(db, filter, { limit: query.limit + 1, after, skip });
      const shown = rows.slice(0, query.limit);
      const last = rows.length > query.limit ? shown.at(-1) : undefined;
      return {
        success: true,
        calls: await withCosts(db, shown),
        page: query.page,
        limit: query.limit,
        total: await countMatchingCalls(db, filter),
        hasMore: last !== undefined,
        nextCursor: last ? toCursor([last.created_at.getTime(), last.id]) : null,
        requestId: request.id,
      };
    });

    app.get<{ Params: { callId: string } }>('/secure/calls/:callId', reading, async (request) => {
      const { callId } = request.params;
      const reach = onlyOf(clientOf(request));
      const call = /^\w{1,100}$/.test(callId) ? await findCall(db, reach, callId) : undefined;
      if (!call) throw notFound('call');
      return { success: true, call: await toWholeCall(parts, call), requestId: request.id };
    });

    app.get('/secure/call-stats', { config: { needs: 'stats:read' } }, async (request) => {
      return { success: true, stats: await toStats(parts, request), requestId: request.id };
    });
  };
}

const dayMs = 24 * 3600 * 1000;

/** A day stands for its beginning (UTC), and as an end for its whole. */
function toSpan(query: { startDate?: string | undefined; endDate?: string | undefined; date?: string | undefined }) {
  const start = query.startDate ?? query.date;
  const end = query.endDate ?? query.date;
  const isDay = end?.length === 'YYYY-MM-DD'.length;
  return {
    createdAfter: start === undefined ? undefined : new Date(start),
    createdBefore: end === undefined ? undefined : new Date(Date.parse(end) + (isDay ? dayMs : 0)),
  };
}

function toAfter(cursor: string) {
  const [createdAtMs, id] = fromCursor(cursor, callCursorSchema);
  return { createdAt: new Date(createdAtMs), id };
}

async function withCosts(db: Db, rows: readonly CallRow[]): Promise<ClientCall[]> {
  const costs = await listCallCosts(
    db,
    rows.map(({ id }) => id),
  );
  const costOf = new Map(costs.map((cost) => [cost.call_id, cost]));
  return rows.map((row) => toClientCall(row, costOf.get(row.id)));
}

/** What was counted, with what is still unknown left open. */
function toCost(cost: CallCostRow | undefined): ClientCall['cost'] {
  if (!cost || cost.status === 'reserved') return null;
  return { currency: cost.currency, totalMicros: cost.total_micros, knownMicros: cost.settled_micros };
}

function toClientCall(row: CallRow, cost: CallCostRow | undefined): ClientCall {
  return {
    callId: row.id,
    callSid: row.carrier_sid,
    to: row.to_number,
    from: row.from_number,
    direction: row.direction as ClientCall['direction'],
    status: row.status as ClientCall['status'],
    outcome: row.outcome,
    endedReason: row.ended_reason,
    requestId: row.request_id,
    dynamicVariables: row.parameters as Record<string, unknown>,
    createdAt: row.created_at.toISOString(),
    answeredAt: row.answered_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
    durationSeconds: row.duration_seconds,
    error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' },
    cost: toCost(cost),
  };
}

async function toWholeCall({ store, publicUrl }: DialectParts, call: CallRow) {
  const [turns, events, recordings, costs] = await Promise.all([
    listTurns(store.db, call.id),
    listEvents(store.db, call.id, { afterPosition: 0, limit: mostEvents }),
    listRecordings(store.db, onlyOf(call.client_id ?? ''), call.id),
    listCallCosts(store.db, [call.id]),
  ]);
  return {
    ...toClientCall(call, costs[0]),
    transcript: turns.map((turn) => ({
      speaker: turn.speaker,
      text: turn.heard_text ?? turn.text,
      startedAt: turn.started_at.toISOString(),
    })),
    recordingUrl: recordings.some(({ status }) => status === 'ready')
      ? `${publicUrl}/v1/calls/${call.id}/recording`
      : null,
    events: events.map(({ type, at, data }) => ({ type, at: at.toISOString(), data })),
  };
}

async function toStats({ store }: DialectParts, request: FastifyRequest) {
  const query = parseOrProblem(clientStatsQuerySchema, request.query);
  const filter = { reach: onlyOf(clientOf(request)), ...toSpan(query) };
  const [counts, days, costs] = await Promise.all([
    countCalls(store.db, filter),
    countCallsByDay(store.db, filter, mostDays),
    sumCosts(store.db, filter, { by: 'all', most: 10 }),
  ]);
  // Amounts in several currencies have no sum.
  const cost = costs.length === 1 ? costs[0] : undefined;
  const sum = addUp(counts);
  return {
    totalCalls: sum.calls,
    byStatus: sum.byStatus,
    answeredCalls: sum.answered,
    answerRate: sum.answerRate,
    totalDurationSeconds: sum.durationSeconds,
    averageDurationSeconds: sum.meanDurationSeconds,
    cost: cost
      ? {
          currency: cost.currency,
          totalMicros: cost.withoutTotal === 0 ? cost.knownMicros : null,
          knownMicros: cost.knownMicros,
        }
      : null,
    perDay: days.map((day) => ({
      date: day.day,
      calls: day.calls,
      answeredCalls: day.answered,
      totalDurationSeconds: day.durationSeconds,
    })),
  };
}
