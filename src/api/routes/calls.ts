/** `/v1/calls`: what calls there are and what happened in them. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { reachOf } from '../../account/principal.ts';
import { findAnalysis } from '../../store/call-analyses.ts';
import { type CallRow, listCalls } from '../../store/calls.ts';
import { listCarrierTranscript } from '../../store/carrier-transcripts.ts';
import { listEvents } from '../../store/events.ts';
import type { Store } from '../../store/open-store.ts';
import { findCallCost } from '../../store/spend.ts';
import { listToolCalls } from '../../store/tool-calls.ts';
import { listTurns } from '../../store/turns.ts';
import { whoAsks } from '../authorize.ts';
import { callCursorSchema } from '../call-cursor.ts';
import { listCallsQuerySchema, listEventsQuerySchema, transcriptQuerySchema } from '../contract/calls.ts';
import { fromCursor } from '../cursor.ts';
import { findCallOr404 } from '../find-call.ts';
import { toPage } from '../page.ts';
import { parseOrProblem } from '../problem.ts';
import {
  toCallResource,
  toCallWithTurns,
  toCarrierTranscript,
  toEventResource,
  toToolCallResource,
  toTranscriptText,
  toTurnResource,
} from '../to-resource.ts';

const eventCursor = z.tuple([z.int().min(0)]);

const reading = { config: { permission: 'calls:read' } } as const;

type ById = { Params: { id: string } };

export function callRoutes(parts: { store: Store }) {
  const { db } = parts.store;

  return async (app: FastifyInstance): Promise<void> => {
    app.get('/v1/calls', reading, async (request) => {
      const query = parseOrProblem(listCallsQuerySchema, request.query);
      const filter = {
        reach: reachOf(whoAsks(request)),
        status: query.status,
        direction: query.direction,
        outcome: query.outcome,
        to: query.to,
        assistantId: query.assistant_id,
        verification: query.verification,
        search: query.q,
        createdAfter: query.created_after ? new Date(query.created_after) : undefined,
        createdBefore: query.created_before ? new Date(query.created_before) : undefined,
      };
      const rows = await listCalls(db, filter, { limit: query.limit + 1, after: toCallCursor(query.cursor) });
      const cursor = ({ created_at, id }: CallRow) => [created_at.getTime(), id];
      return toPage(rows, query.limit, { show: toCallResource, cursor });
    });

    app.get<ById>('/v1/calls/:id', reading, async (request) => {
      const call = await findCallOr404(db, request);
      const [turns, toolCalls, cost, analysis] = await Promise.all([
        listTurns(db, call.id),
        listToolCalls(db, call.id),
        findCallCost(db, call.id),
        findAnalysis(db, call.id),
      ]);
      return toCallWithTurns(call, { turns, toolCalls, cost, analysis });
    });

    app.get<ById>('/v1/calls/:id/transcript', reading, async (request, reply) => {
      const { format } = parseOrProblem(transcriptQuerySchema, request.query);
      const call = await findCallOr404(db, request);
      const turns = await listTurns(db, call.id);
      if (format === 'text') return reply.type('text/plain; charset=utf-8').send(toTranscriptText(turns));
      const carrier_transcript = (await listCarrierTranscript(db, call.id)).map(toCarrierTranscript);
      const tool_calls = (await listToolCalls(db, call.id)).map(toToolCallResource);
      return {
        call_id: call.id,
        status: call.status,
        turns: turns.map(toTurnResource),
        tool_calls,
        carrier_transcript,
      };
    });

    app.get<ById>('/v1/calls/:id/events', reading, async (request) => {
      const query = parseOrProblem(listEventsQuerySchema, request.query);
      const call = await findCallOr404(db, request);
      const [afterPosition] = query.cursor === undefined ? [0] : fromCursor(query.cursor, eventCursor);
      const rows = await listEvents(db, call.id, { afterPosition, limit: query.limit + 1 });
      return toPage(rows, query.limit, { show: toEventResource, cursor: ({ position }) => [position] });
    });
  };
}

function toCallCursor(cursor: string | undefined) {
  if (cursor === undefined) return null;
  const [createdAtMs, id] = fromCursor(cursor, callCursorSchema);
  return { createdAt: new Date(createdAtMs), id };
}
