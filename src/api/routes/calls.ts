/** `/v1/calls`: what calls there are and what happened in them. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { listCalls } from '../../store/calls.ts';
import { listEvents } from '../../store/events.ts';
import type { Store } from '../../store/open-store.ts';
import { listTurns } from '../../store/turns.ts';
import { lastMomentMs, listCallsQuerySchema, listEventsQuerySchema, transcriptQuerySchema } from '../contract/calls.ts';
import { fromCursor, toCursor } from '../cursor.ts';
import { findCallOr404 } from '../find-call.ts';
import { parseOrProblem } from '../problem.ts';
import { toCallResource, toCallWithTurns, toEventResource, toTranscriptText, toTurnResource } from '../to-resource.ts';

const callCursor = z.tuple([z.int().min(0).max(lastMomentMs), z.string().regex(/^\w{1,100}$/)]);
const eventCursor = z.tuple([z.int().min(0)]);

type ById = { Params: { id: string } };

export function callRoutes(parts: { store: Store }) {
  const { db } = parts.store;

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
      const call = await findCallOr404(db, request.params.id);
      return toCallWithTurns(call, await listTurns(db, call.id));
    });

    app.get<ById>('/v1/calls/:id/transcript', async (request, reply) => {
      const { format } = parseOrProblem(transcriptQuerySchema, request.query);
      const call = await findCallOr404(db, request.params.id);
      const turns = await listTurns(db, call.id);
      if (format === 'text') return reply.type('text/plain; charset=utf-8').send(toTranscriptText(turns));
      return { call_id: call.id, status: call.status, turns: turns.map(toTurnResource) };
    });

    app.get<ById>('/v1/calls/:id/events', async (request) => {
      const query = parseOrProblem(listEventsQuerySchema, request.query);
      const call = await findCallOr404(db, request.params.id);
      const [afterPosition] = query.cursor === undefined ? [0] : fromCursor(query.cursor, eventCursor);
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
  const [createdAtMs, id] = fromCursor(cursor, callCursor);
  return { createdAt: new Date(createdAtMs), id };
}
