/** `/v1/do-not-call`: who must not be called; add, look, take off with a reason, import and export. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Principal, reachOf } from '../../account/principal.ts';
import type { Clock } from '../../base/clock.ts';
import { findClient } from '../../store/clients.ts';
import {
  addToDoNotCall,
  type DoNotCallRow,
  everyonesList,
  findDoNotCall,
  findOnList,
  listDoNotCall,
  removeFromDoNotCall,
} from '../../store/do-not-call.ts';
import type { Store } from '../../store/open-store.ts';
import type { Db } from '../../store/schema.ts';
import { answerPost } from '../answer-post.ts';
import { whoAsks } from '../authorize.ts';
import {
  addDoNotCallSchema,
  checkDoNotCallQuerySchema,
  type DoNotCallResource,
  listDoNotCallQuerySchema,
  removeDoNotCallQuerySchema,
} from '../contract/do-not-call.ts';
import { e164Schema, lastMomentMs } from '../contract/text.ts';
import { fromCursor } from '../cursor.ts';
import { toPage } from '../page.ts';
import { notFound, parseOrProblem } from '../problem.ts';
import { recordChange } from '../record-change.ts';

const reading = { config: { permission: 'do-not-call:read' } } as const;
const writing = { config: { permission: 'do-not-call:write' } } as const;
const cursorSchema = z.tuple([z.int().min(0).max(lastMomentMs), z.string().max(100), z.string().max(20)]);

/**
 * Whose list is meant: a client's people always mean their own; the operator names one or means everyone's.
 * @throws ProblemError 404 for a client that is not there, or is another one
 */
export async function listOf(db: Db, principal: Principal, named: string | undefined): Promise<string> {
  if (named === undefined) return principal.clientId ?? everyonesList;
  if (!(await findClient(db, reachOf(principal), named))) throw notFound('client');
  return named;
}

export function doNotCallRoutes(parts: { store: Store; clock: Clock }) {
  const { store, clock } = parts;
  const { db } = store;

  return async (app: FastifyInstance): Promise<void> => {
    app.post('/v1/do-not-call', writing, (request, reply) =>
      answerPost(parts, { request, reply }, async () => {
        const asked = parseOrProblem(addDoNotCallSchema, request.body);
        const { number, reason } = asked;
        const client_id = await listOf(db, whoAsks(request), asked.client_id);
        return store.transaction(async (transaction) => {
          const earlier = await findOnList(transaction, client_id, number);
          if (earlier) return { status: 200, body: toResource(earlier) };
          const created_at = new Date(clock.now());
          await addToDoNotCall(transaction, { client_id, number, reason, call_id: null, created_at });
          await recordChange(parts, transaction, {
            request,
            action: 'do_not_call.added',
            subjectKind: 'do_not_call',
            subjectId: number,
            details: { list: client_id, reason },
          });
          return { status: 201, body: toResource({ client_id, number, reason, call_id: null, created_at }) };
        });
      }),
    );

    app.get('/v1/do-not-call', reading, async (request) => {
      const query = parseOrProblem(listDoNotCallQuerySchema, request.query);
      const filter = { reach: reachOf(whoAsks(request)), listOf: query.client_id };
      const page = { limit: query.limit + 1, after: toAfter(query.cursor) };
      const rows = await listDoNotCall(db, filter, page);
      const cursor = (last: DoNotCallRow) => [last.created_at.getTime(), last.client_id, last.number];
      return toPage(rows, query.limit, { show: toResource, cursor });
    });

    app.get('/v1/do-not-call/check', reading, async (request) => {
      const query = parseOrProblem(checkDoNotCallQuerySchema, request.query);
      const list = await listOf(db, whoAsks(request), query.client_id);
      const entry = await findDoNotCall(db, query.number, list);
      return { number: query.number, may_be_called: !entry, entry: entry ? toResource(entry) : null };
    });

    app.delete<{ Params: { number: string } }>('/v1/do-not-call/:number', writing, async (request, reply) => {
      await remove(parts, request);
      return reply.code(204).send();
    });
  };
}

async function remove(
  parts: { store: Store; clock: Clock },
  request: FastifyRequest<{ Params: { number: string } }>,
): Promise<void> {
  const { reason, client_id } = parseOrProblem(removeDoNotCallQuerySchema, request.query);
  const number = e164Schema.safeParse(request.params.number).data;
  const list = await listOf(parts.store.db, whoAsks(request), client_id);
  await parts.store.transaction(async (transaction) => {
    const removed = number === undefined ? undefined : await removeFromDoNotCall(transaction, list, number);
    if (!removed) throw notFound('entry on this list');
    await recordChange(parts, transaction, {
      request,
      action: 'do_not_call.removed',
      subjectKind: 'do_not_call',
      subjectId: removed.number,
      details: {
        list,
        reason,
        was: { reason: removed.reason, call_id: removed.call_id, created_at: removed.created_at },
      },
    });
  });
}

function toAfter(cursor: string | undefined) {
  if (cursor === undefined) return null;
  const [createdAtMs, clientId, number] = fromCursor(cursor, cursorSchema);
  return { createdAt: new Date(createdAtMs), clientId, number };
}

export function toResource(row: DoNotCallRow): DoNotCallResource {
  return {
    number: row.number,
    client_id: row.client_id === everyonesList ? null : row.client_id,
    reason: row.reason,
    call_id: row.call_id,
    created_at: row.created_at.toISOString(),
  };
}
