/** `/v1/calls`: what calls there are and what happened in them. */
import type { FastifyInstance } from 'fastify';
import { type CallRow, findCall, listCalls } from '../../store/calls.ts';
import { listEvents } from '../../store/events.ts';
import type { Store } from '../../store/open-store.ts';
import { listTurns } from '../../store/turns.ts';
import { listCallsQuerySchema, listEventsQuerySchema, transcriptQuerySchema } from '../contract/calls.ts';
import { fromCursor, toCursor } from '../cursor.ts';
import { notFound, parseOrProblem } from '../problem.ts';
import { toCallResource, toCallWithTurns, toEventResource, toTranscriptText, toTurnResource } from '../to-resource.ts';

type ById = { Params: { id: string } };

export function callRoutes(parts: { store: Store }) {
  const { db } = parts.store;

  const findOr404 = async (id: string): Promise<CallRow> => {
    const call = id.length <= 100 ? await findCall(db, id) : undefined;
    if (!call) throw notFound('call');
    return call;
  };

  return async (app: FastifyInstance): Promise<void> => {
    app.get('/v1/calls', async (request) => {
      const query = parseOrProblem(listCallsQuerySchema, request.query);
      const filter = {
        status: query.status,
        direction: query.direction,
        outcome: query.outcome,
        to: query.to,
        createdAfter: query.created_after ? new Date(query.created_after) : undefined,
        createdBefore: query.created_before ? new Date(query.created_before) : undefined,
      };
      const rows = await listCalls(db, filter, { limit: query.limit + 1, after: toCallCursor(query.cursor) });
      const page = rows.slice(0, query.limit);
      const last = rows.length > query.limit ? page.at(-1) : undefined;
      return {
        data: page.map(toCallResource),
        has_more: last !== undefined,
        next_cursor: last ? toCursor([last.created_at.getTime(), last.id]) : null,
      };
    });

    app.get<ById>('/v1/calls/:id', async (request) => {
      const call = await findOr404(request.params.id);
      return toCallWithTurns(call, await listTurns(db, call.id));
    });

    app.get<ById>('/v1/calls/:id/transcript', async (request, reply) => {
      const { format } = parseOrProblem(transcriptQuerySchema, request.query);
      const call = await findOr404(request.params.id);
      const turns = await listTurns(db, call.id);
      if (format === 'text') return reply.type('text/plain; charset=utf-8').send(toTranscriptText(turns));
      return { call_id: call.id, status: call.status, turns: turns.map(toTurnResource) };
    });

    app.get<ById>('/v1/calls/:id/events', async (request) => {
      const query = parseOrProblem(listEventsQuerySchema, request.query);
      const call = await findOr404(request.params.id);
      const afterPosition = query.cursor === undefined ? 0 : Number(fromCursor(query.cursor, 1)[0]) || 0;
      const rows = await listEvents(db, call.id, { afterPosition, limit: query.limit + 1 });
      const page = rows.slice(0, query.limit);
      const last = rows.length > query.limit ? page.at(-1) : undefined;
      return {
        data: page.map(toEventResource),
        has_more: last !== undefined,
        next_cursor: last ? toCursor([last.position]) : null,
      };
    });
  };
}

function toCallCursor(cursor: string | undefined) {
  if (cursor === undefined) return null;
  const [createdAtMs, id] = fromCursor(cursor, 2);
  return { createdAt: new Date(Number(createdAtMs) || 0), id: String(id) };
}
