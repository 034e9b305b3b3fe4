/** `/v1/phone-numbers`: the numbers that people can call, whose they are and who answers them. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { reachOf } from '../../account/principal.ts';
import type { GuardedFetch } from '../../base/guarded-fetch.ts';
import type { NewId } from '../../base/ids.ts';
import { findAssistant } from '../../store/assistants.ts';
import { findClient } from '../../store/clients.ts';
import {
  deletePhoneNumber,
  findPhoneNumber,
  insertPhoneNumber,
  listPhoneNumbers,
  type PhoneNumberRow,
  updatePhoneNumber,
} from '../../store/phone-numbers.ts';
import type { Reach } from '../../store/reach.ts';
import type { Db } from '../../store/schema.ts';
import { isUniqueViolation } from '../../store/sql-errors.ts';
import { answerPost } from '../answer-post.ts';
import { whoAsks } from '../authorize.ts';
import {
  createPhoneNumberSchema,
  listPhoneNumbersQuerySchema,
  type PhoneNumberResource,
  updatePhoneNumberSchema,
} from '../contract/phone-numbers.ts';
import { fromCursor } from '../cursor.ts';
import { toPage } from '../page.ts';
import { notFound, ProblemError, parseOrProblem } from '../problem.ts';
import { recordChange } from '../record-change.ts';
import { type SyncParts, syncPhoneNumbers } from '../sync-phone-numbers.ts';

export interface PhoneNumberParts extends SyncParts {
  newId: NewId;
  guardedFetch: Pick<GuardedFetch, 'whyRefused'>;
}

const idForm = /^\w{1,100}$/;
const idCursor = z.tuple([z.string().regex(idForm)]);
const noFields = z.strictObject({}).nullish();
const reading = { config: { permission: 'phone-numbers:read' } } as const;
const writing = { config: { permission: 'phone-numbers:write' } } as const;

type ById = { Params: { id: string } };

export function phoneNumberRoutes(parts: PhoneNumberParts) {
  const { db } = parts.store;

  return async (app: FastifyInstance): Promise<void> => {
    app.get('/v1/phone-numbers', reading, async (request) => {
      const { limit, cursor } = parseOrProblem(listPhoneNumbersQuerySchema, request.query);
      const afterId = cursor === undefined ? '' : fromCursor(cursor, idCursor)[0];
      const rows = await listPhoneNumbers(db, reachOf(whoAsks(request)), { limit: limit + 1, afterId });
      return toPage(rows, limit, { show: toResource, cursor: ({ id }) => [id] });
    });

    app.post('/v1/phone-numbers', writing, (request, reply) =>
      answerPost(parts, { request, reply }, async () => {
        const row = await add(parts, request);
        return { status: 201, body: toResource(row), headers: { location: `/v1/phone-numbers/${row.id}` } };
      }),
    );

    app.post('/v1/phone-numbers/sync', writing, (request, reply) =>
      answerPost(parts, { request, reply }, async () => {
        parseOrProblem(noFields, request.body);
        return { status: 200, body: await syncPhoneNumbers(parts, request) };
      }),
    );

    app.get<ById>('/v1/phone-numbers/:id', reading, async (request) => {
      const row = await findPhoneNumber(db, reachOf(whoAsks(request)), idOr404(request));
      if (!row) throw notFound('phone number');
      return toResource(row);
    });

    app.patch<ById>('/v1/phone-numbers/:id', writing, async (request) => toResource(await change(parts, request)));

    app.delete<ById>('/v1/phone-numbers/:id', writing, async (request, reply) => {
      await parts.store.transaction(async (inside) => {
        const row = await deletePhoneNumber(inside, reachOf(whoAsks(request)), idOr404(request));
        if (!row) throw notFound('phone number');
        await recordChange(parts, inside, { ...subject(row), request, action: 'phone_number.removed' });
      });
      return reply.code(204).send();
    });
  };
}

async function add(parts: PhoneNumberParts, request: FastifyRequest): Promise<PhoneNumberRow> {
  const body = parseOrProblem(createPhoneNumberSchema, request.body);
  checkWebhook(parts, body);
  const principal = whoAsks(request);
  const at = new Date(parts.clock.now());
  const wanted = {
    assistant_id: body.assistant_id ?? null,
    client_id: principal.clientId ?? body.client_id ?? null,
    calls_per_minute: body.calls_per_minute ?? null,
    concurrent_calls: body.concurrent_calls ?? null,
  };
  try {
    return await parts.store.transaction(async (db) => {
      await checkBelonging(db, reachOf(principal), wanted);
      const id = parts.newId('number');
      const times = { created_at: at, updated_at: at };
      const inbound_webhook = body.inbound_webhook ? JSON.stringify(body.inbound_webhook) : null;
      const row = await insertPhoneNumber(db, { id, number: body.number, ...wanted, inbound_webhook, ...times });
      await recordChange(parts, db, { ...subject(row), request, action: 'phone_number.added', details: wanted });
      return row;
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    const detail = 'This number is stored already.';
    throw new ProblemError({ status: 409, code: 'phone-number/taken', title: 'Conflict', detail });
  }
}

function change(parts: PhoneNumberParts, request: FastifyRequest<ById>): Promise<PhoneNumberRow> {
  const changes = parseOrProblem(updatePhoneNumberSchema, request.body);
  checkWebhook(parts, changes);
  const reach = reachOf(whoAsks(request));
  const id = idOr404(request);
  return parts.store.transaction(async (db) => {
    const before = await findPhoneNumber(db, reach, id);
    if (!before) throw notFound('phone number');
    const wanted = {
      assistant_id: changes.assistant_id === undefined ? before.assistant_id : changes.assistant_id,
      client_id: changes.client_id === undefined ? before.client_id : changes.client_id,
      calls_per_minute: changes.calls_per_minute === undefined ? before.calls_per_minute : changes.calls_per_minute,
      concurrent_calls: changes.concurrent_calls === undefined ? before.concurrent_calls : changes.concurrent_calls,
    };
    await checkBelonging(db, reach, wanted);
    const inbound_webhook = toWebhook(changes, { before, clientId: wanted.client_id });
    const updated_at = new Date(parts.clock.now());
    const row = await updatePhoneNumber(db, { reach, id }, { ...wanted, inbound_webhook, updated_at });
    if (!row) throw notFound('phone number');
    await recordChange(parts, db, { ...subject(row), request, action: 'phone_number.updated', details: wanted });
    return row;
  });
}

type Changes = Pick<z.infer<typeof updatePhoneNumberSchema>, 'inbound_webhook'>;

function checkWebhook({ guardedFetch }: PhoneNumberParts, { inbound_webhook: webhook }: Changes): void {
  const message = webhook ? guardedFetch.whyRefused(webhook.url) : null;
  if (message !== null) throw invalid('inbound_webhook.url', message);
}

/** Whoever has the number from now on does not tell its former owner who calls. */
function toWebhook(
  { inbound_webhook: changed }: Changes,
  { before, clientId }: { before: PhoneNumberRow; clientId: string | null },
): string | null {
  const kept = before.client_id === clientId ? before.inbound_webhook : null;
  const webhook = changed === undefined ? kept : changed;
  return webhook === null ? null : JSON.stringify(webhook);
}

/** A client's number is answered by an assistant of its own or of the operator's. */
async function checkBelonging(
  db: Db,
  reach: Reach,
  wanted: { assistant_id: number | null; client_id: string | null },
): Promise<void> {
  const { assistant_id: assistantId, client_id: clientId } = wanted;
  if (clientId !== null && !(await findClient(db, reach, clientId))) throw invalid('client_id', 'is no client');
  if (assistantId === null) return;
  const assistant = await findAssistant(db, reach, assistantId);
  if (!assistant || assistant.archived_at) throw invalid('assistant_id', 'is no assistant');
  const fits = assistant.client_id === null || assistant.client_id === clientId;
  if (!fits) throw invalid('assistant_id', 'belongs to another client');
}

function idOr404(request: FastifyRequest<ById>): string {
  const { id } = request.params;
  if (!idForm.test(id)) throw notFound('phone number');
  return id;
}

const subject = (row: PhoneNumberRow) => ({ subjectKind: 'phone_number', subjectId: row.id });

function invalid(field: string, message: string): ProblemError {
  const errors = [{ field, message }];
  const problem = { status: 400, code: 'request/invalid', title: 'Invalid request', detail: `${field}: ${message}` };
  return new ProblemError({ ...problem, errors });
}

function toResource(row: PhoneNumberRow): PhoneNumberResource {
  return {
    id: row.id,
    number: row.number,
    assistant_id: row.assistant_id,
    client_id: row.client_id,
    calls_per_minute: row.calls_per_minute,
    concurrent_calls: row.concurrent_calls,
    inbound_webhook: row.inbound_webhook as PhoneNumberResource['inbound_webhook'],
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}
