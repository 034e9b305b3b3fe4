/** `/v1/webhooks/:id/deliveries`: what was sent to a webhook, sending it again, and a message to try it out. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { reachOf } from '../../account/principal.ts';
import type { Clock } from '../../base/clock.ts';
import type { NewId } from '../../base/ids.ts';
import { claimMs, type WebhookDelivery } from '../../notify/deliver-webhooks.ts';
import { insertSilentEvent } from '../../store/events.ts';
import type { Store } from '../../store/open-store.ts';
import {
  type DeliveryRow,
  findDelivery,
  insertOwnDelivery,
  listDeliveries,
  replayDeliveries,
  replayDelivery,
} from '../../store/webhook-deliveries.ts';
import { answerPost } from '../answer-post.ts';
import { whoAsks } from '../authorize.ts';
import { noFieldsSchema } from '../contract/create-call.ts';
import { type DeliveryResource, listDeliveriesQuerySchema, replayWebhookSchema } from '../contract/webhooks.ts';
import { fromCursor } from '../cursor.ts';
import type { Answer } from '../idempotency.ts';
import { toPage } from '../page.ts';
import { notFound, ProblemError, parseOrProblem } from '../problem.ts';
import { recordChange } from '../record-change.ts';
import { findWebhookOr404 } from './webhooks.ts';

export interface WebhookDeliveryParts {
  store: Store;
  clock: Clock;
  newId: NewId;
  webhooks: Pick<WebhookDelivery, 'deliver' | 'look'>;
}

const positionCursor = z.tuple([z.int().min(0)]);
const reading = { config: { permission: 'webhooks:read' } } as const;
const writing = { config: { permission: 'webhooks:write' } } as const;

type ById = { Params: { id: string } };
type OfEvent = { Params: { id: string; eventId: string } };

export function webhookDeliveryRoutes(parts: WebhookDeliveryParts) {
  const { db } = parts.store;

  return async (app: FastifyInstance): Promise<void> => {
    app.get<ById>('/v1/webhooks/:id/deliveries', reading, async (request) => {
      const { limit, cursor, status } = parseOrProblem(listDeliveriesQuerySchema, request.query);
      const { id: webhookId } = await findWebhookOr404(db, request);
      const beforePosition = cursor === undefined ? null : fromCursor(cursor, positionCursor)[0];
      const page = { webhookId, status, limit: limit + 1, beforePosition };
      const rows = await listDeliveries(db, reachOf(whoAsks(request)), page);
      return toPage(rows, limit, { show: toDeliveryResource, cursor: ({ position }) => [position] });
    });

    app.get<OfEvent>('/v1/webhooks/:id/deliveries/:eventId', reading, async (request) =>
      toDeliveryResource(await findDeliveryOr404(parts, request)),
    );

    app.post<OfEvent>('/v1/webhooks/:id/deliveries/:eventId/replay', writing, (request, reply) =>
      answerPost(parts, { request, reply }, () => replayOne(parts, request)),
    );

    app.post<ById>('/v1/webhooks/:id/replay', writing, (request, reply) =>
      answerPost(parts, { request, reply }, () => replayRange(parts, request)),
    );

    app.post<ById>('/v1/webhooks/:id/test', writing, (request, reply) =>
      answerPost(parts, { request, reply }, () => tryOut(parts, request)),
    );
  };
}

async function findDeliveryOr404({ store }: WebhookDeliveryParts, request: FastifyRequest<OfEvent>) {
  const { id: webhookId } = await findWebhookOr404(store.db, request);
  const { eventId } = request.params;
  if (!/^[\w.]{1,200}$/.test(eventId)) throw notFound('delivery');
  const row = await findDelivery(store.db, reachOf(whoAsks(request)), { webhookId, eventId });
  if (!row) throw notFound('delivery');
  return row;
}

function checkEnabled({ is_enabled: isEnabled }: { is_enabled: boolean }): void {
  if (isEnabled) return;
  const detail = 'The webhook is switched off: set is_enabled to true first.';
  throw new ProblemError({ status: 409, code: 'webhook/disabled', title: 'Webhook switched off', detail });
}

async function replayOne(parts: WebhookDeliveryParts, request: FastifyRequest<OfEvent>): Promise<Answer> {
  parseOrProblem(noFieldsSchema, request.body);
  const { webhook_id: webhookId, event_id: eventId } = await findDeliveryOr404(parts, request);
  checkEnabled(await findWebhookOr404(parts.store.db, request));
  const now = new Date(parts.clock.now());
  const row = await parts.store.transaction(async (tx) => {
    await replayDelivery(tx, { webhookId, eventId, now });
    const subject = { subjectKind: 'webhook', subjectId: webhookId, details: { event_id: eventId } };
    await recordChange(parts, tx, { request, action: 'webhook.replayed', ...subject });
    return await findDelivery(tx, reachOf(whoAsks(request)), { webhookId, eventId });
  });
  if (!row) throw notFound('delivery');
  parts.webhooks.look();
  return { status: 202, body: toDeliveryResource(row) };
}

async function replayRange(parts: WebhookDeliveryParts, request: FastifyRequest<ById>): Promise<Answer> {
  const asked = parseOrProblem(replayWebhookSchema, request.body);
  const webhook = await findWebhookOr404(parts.store.db, request);
  checkEnabled(webhook);
  const now = new Date(parts.clock.now());
  const range = {
    after: new Date(asked.after),
    before: asked.before === undefined ? now : new Date(asked.before),
    onlyMissed: !asked.include_delivered,
  };
  const deliveries = await parts.store.transaction(async (tx) => {
    const count = await replayDeliveries(tx, { webhook, now, ...range });
    const subject = { subjectKind: 'webhook', subjectId: webhook.id, details: { ...asked, deliveries: count } };
    await recordChange(parts, tx, { request, action: 'webhook.replayed', ...subject });
    return count;
  });
  parts.webhooks.look();
  return { status: 202, body: { deliveries } };
}

/** One message, once, now: what came of it is the answer. */
async function tryOut(parts: WebhookDeliveryParts, request: FastifyRequest<ById>): Promise<Answer> {
  parseOrProblem(noFieldsSchema, request.body);
  const { store, clock, newId } = parts;
  const webhook = await findWebhookOr404(store.db, request);
  const now = new Date(clock.now());
  const claimed = await store.transaction(async (tx) => {
    const [id, type] = [newId('event'), 'webhook.test'];
    const data = JSON.stringify({ webhook_id: webhook.id });
    const event = await insertSilentEvent(tx, {
      ...{ id, call_id: null, client_id: webhook.client_id, type, key: `${type} ${id}`, at: now, data },
    });
    const subject = { subjectKind: 'webhook', subjectId: webhook.id };
    await recordChange(parts, tx, { request, action: 'webhook.tested', ...subject });
    const until = new Date(now.getTime() + claimMs);
    return await insertOwnDelivery(tx, { webhookId: webhook.id, event, until, now });
  });
  if (!claimed) throw notFound('webhook');
  await parts.webhooks.deliver(claimed);
  const of = { webhookId: webhook.id, eventId: claimed.event.id };
  const row = await findDelivery(store.db, reachOf(whoAsks(request)), of);
  return { status: 200, body: toDeliveryResource(row ?? claimed.delivery) };
}

function toDeliveryResource(row: DeliveryRow): DeliveryResource {
  return {
    event_id: row.event_id,
    event_type: row.event_type,
    status: row.status as DeliveryResource['status'],
    tries: row.tries,
    next_try_at: row.next_try_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    finished_at: row.finished_at?.toISOString() ?? null,
    log: row.log,
  };
}
