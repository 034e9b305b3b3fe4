/** `/v1/consents`: who agreed to be called, and for what; add, look, check, take back with a reason. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { reachOf } from '../../account/principal.ts';
import type { Clock } from '../../base/clock.ts';
import type { NewId } from '../../base/ids.ts';
import { consentStateOf } from '../../call/dial/consents.ts';
import {
  addConsents,
  type ConsentRow,
  listConsents,
  listConsentsOf,
  type NewConsent,
  withdrawConsent,
} from '../../store/consents.ts';
import type { Store } from '../../store/open-store.ts';
import { answerPost } from '../answer-post.ts';
import { whoAsks } from '../authorize.ts';
import {
  addConsentSchema,
  type ConsentResource,
  checkConsentQuerySchema,
  type consentRowSchema,
  listConsentsQuerySchema,
  withdrawConsentSchema,
} from '../contract/consents.ts';
import { fromCursor } from '../cursor.ts';
import { toPage } from '../page.ts';
import { notFound, parseOrProblem } from '../problem.ts';
import { recordChange } from '../record-change.ts';
import { listOf } from './do-not-call.ts';

export interface ConsentParts {
  store: Store;
  clock: Clock;
  newId: NewId;
}

const reading = { config: { permission: 'consents:read' } } as const;
const writing = { config: { permission: 'consents:write' } } as const;
const idCursor = z.tuple([z.string().max(100)]);

export function consentRoutes(parts: ConsentParts) {
  const { db } = parts.store;

  return async (app: FastifyInstance): Promise<void> => {
    app.post('/v1/consents', writing, (request, reply) =>
      answerPost(parts, { request, reply }, () => add(parts, request)),
    );

    app.get('/v1/consents', reading, async (request) => {
      const query = parseOrProblem(listConsentsQuerySchema, request.query);
      const { limit, number, purpose } = query;
      const afterId = query.cursor === undefined ? null : fromCursor(query.cursor, idCursor)[0];
      const filter = { reach: reachOf(whoAsks(request)), listOf: query.client_id, number, purpose };
      const rows = await listConsents(db, filter, { limit: limit + 1, afterId });
      return toPage(rows, limit, { show: toResource, cursor: ({ id }) => [id] });
    });

    app.get('/v1/consents/check', reading, async (request) => {
      const { number, purpose, client_id } = parseOrProblem(checkConsentQuerySchema, request.query);
      const list = await listOf(db, whoAsks(request), client_id);
      const { state, row } = consentStateOf(await listConsentsOf(db, list, number), purpose, parts.clock.now());
      return { number, purpose, state, consent: row && toResource(row) };
    });

    app.post<{ Params: { id: string } }>('/v1/consents/:id/withdraw', writing, (request, reply) =>
      answerPost(parts, { request, reply }, () => withdraw(parts, request)),
    );
  };
}

async function add(parts: ConsentParts, request: FastifyRequest) {
  const { client_id, ...asked } = parseOrProblem(addConsentSchema, request.body);
  const list = await listOf(parts.store.db, whoAsks(request), client_id);
  return parts.store.transaction(async (db) => {
    const [row] = await addConsents(db, [toRow(parts, list, asked)]);
    if (!row) {
      const held = (await listConsentsOf(db, list, asked.number)).find(
        ({ purpose, withdrawn_at }) => purpose === asked.purpose && withdrawn_at === null,
      );
      if (!held) throw notFound('consent');
      return { status: 200, body: toResource(held) };
    }
    const details = { list, purpose: row.purpose, source: row.source };
    await recordChange(parts, db, { ...subject(row), request, action: 'consent.added', details });
    return { status: 201, body: toResource(row) };
  });
}

async function withdraw(parts: ConsentParts, request: FastifyRequest<{ Params: { id: string } }>) {
  const { reason, call_id } = parseOrProblem(withdrawConsentSchema, request.body);
  const at = new Date(parts.clock.now());
  return parts.store.transaction(async (db) => {
    const withdrawn = { id: request.params.id, at, reason, callId: call_id };
    const row = await withdrawConsent(db, reachOf(whoAsks(request)), withdrawn);
    if (!row) throw notFound('consent that is held');
    const details = { purpose: row.purpose, reason };
    await recordChange(parts, db, { ...subject(row), request, action: 'consent.withdrawn', details });
    return { status: 200, body: toResource(row) };
  });
}

const subject = ({ id }: ConsentRow) => ({ subjectKind: 'consent', subjectId: id });

export function toRow(
  { newId, clock }: Pick<ConsentParts, 'newId' | 'clock'>,
  listedFor: string,
  asked: z.output<typeof consentRowSchema>,
): NewConsent {
  const now = new Date(clock.now());
  const { given_at, expires_at, ...fields } = asked;
  return {
    ...fields,
    id: newId('consent'),
    client_id: listedFor,
    given_at: given_at === undefined ? now : new Date(given_at),
    expires_at: expires_at === null ? null : new Date(expires_at),
    withdrawn_at: null,
    withdrawn_reason: null,
    withdrawn_call_id: null,
    created_at: now,
  };
}

const orNull = (moment: Date | null) => moment?.toISOString() ?? null;

function toResource(row: ConsentRow): ConsentResource {
  return {
    id: row.id,
    client_id: row.client_id === '' ? null : row.client_id,
    number: row.number,
    purpose: row.purpose as ConsentResource['purpose'],
    source: row.source,
    wording: row.wording,
    call_id: row.call_id,
    given_at: row.given_at.toISOString(),
    expires_at: orNull(row.expires_at),
    withdrawn_at: orNull(row.withdrawn_at),
    withdrawn_reason: row.withdrawn_reason,
    withdrawn_call_id: row.withdrawn_call_id,
    created_at: row.created_at.toISOString(),
  };
}
