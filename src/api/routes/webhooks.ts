/** `/v1/webhooks`: where one wants to be told of events. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Updateable } from 'kysely';
import { z } from 'zod';
import { reachOf } from '../../account/principal.ts';
import type { Clock } from '../../base/clock.ts';
import type { GuardedFetch } from '../../base/guarded-fetch.ts';
import type { NewId } from '../../base/ids.ts';
import type { Random } from '../../base/random.ts';
import { makeWebhookSecret } from '../../base/sign-webhook.ts';
import { findClient } from '../../store/clients.ts';
import type { WebhooksTable } from '../../store/node-tables.ts';
import type { Store } from '../../store/open-store.ts';
import type { Db } from '../../store/schema.ts';
import { cancelDeliveries } from '../../store/webhook-deliveries.ts';
import {
  countWebhooks,
  deleteWebhook,
  findWebhook,
  insertWebhook,
  listWebhooks,
  lockWebhook,
  updateWebhook,
  type WebhookRow,
} from '../../store/webhooks.ts';
import { answerPost } from '../answer-post.ts';
import { whoAsks } from '../authorize.ts';
import {
  createWebhookSchema,
  listWebhooksQuerySchema,
  rotateSecretSchema,
  updateWebhookSchema,
  type WebhookResource,
} from '../contract/webhooks.ts';
import { fromCursor } from '../cursor.ts';
import type { Answer } from '../idempotency.ts';
import { toPage } from '../page.ts';
import { notFound, ProblemError, parseOrProblem } from '../problem.ts';
import { recordChange } from '../record-change.ts';

export interface WebhookParts {
  store: Store;
  clock: Clock;
  random: Random;
  newId: NewId;
  guardedFetch: Pick<GuardedFetch, 'whyRefused'>;
}

const mostWebhooks = 50;
const hourMs = 3600 * 1000;
const idCursor = z.tuple([z.string().regex(/^\w{1,100}$/)]);
const reading = { config: { permission: 'webhooks:read' } } as const;
const writing = { config: { permission: 'webhooks:write' } } as const;

type ById = { Params: { id: string } };

export function webhookRoutes(parts: WebhookParts) {
  const { db } = parts.store;

  return async (app: FastifyInstance): Promise<void> => {
    app.get('/v1/webhooks', reading, async (request) => {
      const { limit, cursor } = parseOrProblem(listWebhooksQuerySchema, request.query);
      const afterId = cursor === undefined ? null : fromCursor(cursor, idCursor)[0];
      const rows = await listWebhooks(db, reachOf(whoAsks(request)), { limit: limit + 1, afterId });
      return toPage(rows, limit, { show: toWebhookResource, cursor: ({ id }) => [id] });
    });

    app.post('/v1/webhooks', writing, (request, reply) =>
      answerPost(parts, { request, reply }, () => create(parts, request)),
    );

    app.get<ById>('/v1/webhooks/:id', reading, async (request) =>
      toWebhookResource(await findWebhookOr404(db, request)),
    );

    app.patch<ById>('/v1/webhooks/:id', writing, async (request) => toWebhookResource(await update(parts, request)));

    app.delete<ById>('/v1/webhooks/:id', writing, async (request, reply) => {
      const { id } = await findWebhookOr404(db, request);
      await parts.store.transaction(async (tx) => {
        if (!(await deleteWebhook(tx, reachOf(whoAsks(request)), id))) throw notFound('webhook');
        await recordChange(parts, tx, { request, action: 'webhook.deleted', subjectKind: 'webhook', subjectId: id });
      });
      return reply.code(204).send();
    });

    app.post<ById>('/v1/webhooks/:id/rotate-secret', writing, (request, reply) =>
      answerPost(parts, { request, reply }, () => rotate(parts, request)),
    );
  };
}

/** @throws ProblemError 404, also for what cannot be an id at all and for another client's webhook */
export async function findWebhookOr404(db: Db, request: FastifyRequest<ById>): Promise<WebhookRow> {
  const { id } = request.params;
  const webhook = /^\w{1,100}$/.test(id) ? await findWebhook(db, reachOf(whoAsks(request)), id) : undefined;
  if (!webhook) throw notFound('webhook');
  return webhook;
}

function checkUrl({ guardedFetch }: WebhookParts, url: string): void {
  const message = guardedFetch.whyRefused(url);
  if (message === null) return;
  const detail = `url ${message}`;
  const errors = [{ field: 'url', message }];
  throw new ProblemError({ status: 422, code: 'webhook/bad-url', title: 'URL not allowed', detail, errors });
}

async function create(parts: WebhookParts, request: FastifyRequest): Promise<Answer> {
  const asked = parseOrProblem(createWebhookSchema, request.body);
  checkUrl(parts, asked.url);
  const principal = whoAsks(request);
  const clientId = principal.clientId ?? asked.client_id ?? null;
  const now = new Date(parts.clock.now());
  const secret = makeWebhookSecret(parts.random);
  const row = await parts.store.transaction(async (tx) => {
    const isOther = asked.client_id !== undefined && asked.client_id !== clientId;
    if (isOther || (clientId !== null && !(await findClient(tx, reachOf(principal), clientId))))
      throw notFound('client');
    if ((await countWebhooks(tx, clientId)) >= mostWebhooks) throw tooMany();
    const made = await insertWebhook(tx, {
      id: parts.newId('webhook'),
      client_id: clientId,
      url: asked.url,
      description: asked.description ?? null,
      event_types: asked.event_types ? JSON.stringify(asked.event_types) : null,
      is_enabled: true,
      secret,
      created_at: now,
      updated_at: now,
    });
    const subject = { subjectKind: 'webhook', subjectId: made.id, details: { url: made.url, client_id: clientId } };
    await recordChange(parts, tx, { request, action: 'webhook.created', ...subject });
    return made;
  });
  return { ...withSecret(row, secret), status: 201 };
}

function withSecret(row: WebhookRow, secret: string): Answer {
  const shown = toWebhookResource(row);
  const headers = { location: `/v1/webhooks/${row.id}`, 'cache-control': 'no-store' };
  return { status: 200, body: { ...shown, secret }, keptBody: { ...shown, secret: null }, headers };
}

function tooMany(): ProblemError {
  const detail = `There are ${mostWebhooks} webhooks, which is as many as there may be; delete one first.`;
  return new ProblemError({ status: 409, code: 'webhook/too-many', title: 'Too many webhooks', detail });
}

type Changes = z.infer<typeof updateWebhookSchema>;

async function update(parts: WebhookParts, request: FastifyRequest<ById>): Promise<WebhookRow> {
  const asked = parseOrProblem(updateWebhookSchema, request.body);
  if (asked.url !== undefined) checkUrl(parts, asked.url);
  const { id } = await findWebhookOr404(parts.store.db, request);
  const reach = reachOf(whoAsks(request));
  const now = new Date(parts.clock.now());
  return await parts.store.transaction(async (tx) => {
    const before = await lockWebhook(tx, reach, id);
    const changes = { ...(before ? toChanges(before, asked) : {}), updated_at: now };
    const after = await updateWebhook(tx, reach, { id, changes });
    if (!after) throw notFound('webhook');
    if (changes.is_enabled === false) await cancelDeliveries(tx, id, now);
    const subject = { subjectKind: 'webhook', subjectId: id, details: { ...asked } };
    await recordChange(parts, tx, { request, action: 'webhook.updated', ...subject });
    return after;
  });
}

function toChanges(before: WebhookRow, asked: Changes): Updateable<WebhooksTable> {
  const { url, description, event_types: types, is_enabled: isEnabled } = asked;
  const changes: Updateable<WebhooksTable> = {};
  if (url !== undefined) changes.url = url;
  if (description !== undefined) changes.description = description;
  if (types !== undefined) changes.event_types = types && JSON.stringify(types);
  if (isEnabled === undefined || isEnabled === before.is_enabled) return changes;
  // Whoever switches it on again has mended it.
  return { ...changes, is_enabled: isEnabled, disabled_reason: isEnabled ? null : 'asked', failing_since: null };
}

async function rotate(parts: WebhookParts, request: FastifyRequest<ById>): Promise<Answer> {
  const { overlap_hours: hours } = parseOrProblem(rotateSecretSchema, request.body ?? {});
  const { id } = await findWebhookOr404(parts.store.db, request);
  const reach = reachOf(whoAsks(request));
  const nowMs = parts.clock.now();
  const secret = makeWebhookSecret(parts.random);
  const row = await parts.store.transaction(async (tx) => {
    const before = await lockWebhook(tx, reach, id);
    if (!before) throw notFound('webhook');
    const until = hours === 0 ? null : new Date(nowMs + hours * hourMs);
    const previous = { previous_secret: until && before.secret, previous_secret_until: until };
    const after = await updateWebhook(tx, reach, { id, changes: { secret, ...previous, updated_at: new Date(nowMs) } });
    if (!after) throw notFound('webhook');
    const subject = { subjectKind: 'webhook', subjectId: id, details: { overlap_hours: hours } };
    await recordChange(parts, tx, { request, action: 'webhook.secret_rotated', ...subject });
    return after;
  });
  return withSecret(row, secret);
}

function toWebhookResource(row: WebhookRow): WebhookResource {
  return {
    id: row.id,
    client_id: row.client_id,
    url: row.url,
    description: row.description,
    event_types: row.event_types,
    is_enabled: row.is_enabled,
    disabled_reason: row.disabled_reason as WebhookResource['disabled_reason'],
    failing_since: row.failing_since?.toISOString() ?? null,
    previous_secret_until: row.previous_secret_until?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}
