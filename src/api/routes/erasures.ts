/** `DELETE /v1/people/:number` and `/v1/erasures`: a person is forgotten, and what has become of the wish. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { reachOf } from '../../account/principal.ts';
import type { Clock } from '../../base/clock.ts';
import type { NewId } from '../../base/ids.ts';
import { askForErasure, type ErasureRow, findErasure, listErasures } from '../../store/erasures.ts';
import type { Store } from '../../store/open-store.ts';
import { whoAsks } from '../authorize.ts';
import { type ErasureResource, erasePersonQuerySchema, listErasuresQuerySchema } from '../contract/erasures.ts';
import { e164Schema } from '../contract/text.ts';
import { fromCursor } from '../cursor.ts';
import { toPage } from '../page.ts';
import { notFound, parseOrProblem } from '../problem.ts';
import { recordChange } from '../record-change.ts';
import { listOf } from './do-not-call.ts';

export interface ErasureParts {
  store: Store;
  clock: Clock;
  newId: NewId;
}

const reading = { config: { permission: 'consents:read' } } as const;
const writing = { config: { permission: 'consents:write' } } as const;
const idCursor = z.tuple([z.string().max(100)]);
const pathSchema = z.strictObject({ number: e164Schema });

export function erasureRoutes(parts: ErasureParts) {
  const { store, clock, newId } = parts;

  return async (app: FastifyInstance): Promise<void> => {
    app.delete<{ Params: { number: string } }>('/v1/people/:number', writing, async (request, reply) => {
      const { number } = parseOrProblem(pathSchema, request.params);
      const { client_id: named } = parseOrProblem(erasePersonQuerySchema, request.query);
      const clientId = (await listOf(store.db, whoAsks(request), named)) || null;
      const row = await store.transaction(async (db) => {
        const wish = { id: newId('erasure'), client_id: clientId, number, asked_at: new Date(clock.now()) };
        const asked = await askForErasure(db, wish);
        const subject = { subjectKind: 'erasure', subjectId: asked.id };
        await recordChange(parts, db, { ...subject, request, action: 'person.erasure_asked', details: {} });
        return asked;
      });
      return reply.code(202).header('location', `/v1/erasures/${row.id}`).send(toResource(row));
    });

    app.get('/v1/erasures', reading, async (request) => {
      const { limit, cursor } = parseOrProblem(listErasuresQuerySchema, request.query);
      const belowId = cursor === undefined ? null : fromCursor(cursor, idCursor)[0];
      const rows = await listErasures(store.db, reachOf(whoAsks(request)), { limit: limit + 1, belowId });
      return toPage(rows, limit, { show: toResource, cursor: ({ id }) => [id] });
    });

    app.get<{ Params: { id: string } }>('/v1/erasures/:id', reading, async (request) => {
      const { id } = request.params;
      const row = /^\w{1,100}$/.test(id) ? await findErasure(store.db, reachOf(whoAsks(request)), id) : undefined;
      if (!row) throw notFound('erasure');
      return toResource(row);
    });
  };
}

const toResource = ({ id, number, client_id, asked_at, done_at }: ErasureRow): ErasureResource => ({
  ...{ id, number, client_id, asked_at: asked_at.toISOString() },
  done_at: done_at?.toISOString() ?? null,
});
