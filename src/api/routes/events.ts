/** `/v1/events`: everything that happened, in an order in which a reader who goes on from the last passes none over. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { reachOf } from '../../account/principal.ts';
import { type EventPlace, listVisibleEvents } from '../../store/events.ts';
import type { Store } from '../../store/open-store.ts';
import { whoAsks } from '../authorize.ts';
import { listAllEventsQuerySchema } from '../contract/calls.ts';
import { fromCursor, toCursor } from '../cursor.ts';
import { parseOrProblem } from '../problem.ts';
import { toEventResource } from '../to-resource.ts';

const cursorSchema = z.tuple([z.string().regex(/^\d{1,19}$/), z.int().min(0)]);

export function eventRoutes({ store }: { store: Store }) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get('/v1/events', { config: { permission: 'calls:read' } }, async (request) => {
      const { limit, cursor, type, call_id: callId } = parseOrProblem(listAllEventsQuerySchema, request.query);
      const wanted = { after: toPlace(cursor), type, callId, limit: limit + 1 };
      const rows = await listVisibleEvents(store.db, reachOf(whoAsks(request)), wanted);
      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      // The last page has a place to go on from, too: there will be more.
      const next_cursor = last ? toCursor([last.seen_by, last.position]) : (cursor ?? null);
      return { data: shown.map(toEventResource), has_more: rows.length > limit, next_cursor };
    });
  };
}

function toPlace(cursor: string | undefined): EventPlace | null {
  if (cursor === undefined) return null;
  const [seenBy, position] = fromCursor(cursor, cursorSchema);
  return { seenBy, position };
}
