/** Webhooks and events, as the description of the API shows them. */
import { pageOf, problemSchema } from '../contract/text.ts';
import {
  createWebhookSchema,
  deliverySchema,
  listDeliveriesQuerySchema,
  listWebhooksQuerySchema,
  replayAnswerSchema,
  replayWebhookSchema,
  rotateSecretSchema,
  updateWebhookSchema,
  webhookSchema,
  webhookWithSecretSchema,
} from '../contract/webhooks.ts';
import type { Area } from './operation.ts';

const error = { schema: problemSchema, type: 'application/problem+json' };

export const webhookOperations: readonly Area[] = [
  {
    tag: 'Webhooks',
    description: 'Where you are told of events, signed by the Standard Webhooks scheme.',
    error,
    operations: [
      {
        route: 'POST /v1/webhooks',
        summary: 'Be told of events; the secret is shown this once',
        body: createWebhookSchema,
        answer: { status: 201, body: webhookWithSecretSchema },
        errors: { 409: 'There are too many webhooks.' },
      },
      {
        route: 'GET /v1/webhooks',
        summary: 'List webhooks, newest first',
        query: listWebhooksQuerySchema,
        answer: { status: 200, body: pageOf(webhookSchema) },
      },
      { route: 'GET /v1/webhooks/:id', summary: 'Get a webhook', answer: { status: 200, body: webhookSchema } },
      {
        route: 'PATCH /v1/webhooks/:id',
        summary: 'Change a webhook, or switch it off or on',
        body: updateWebhookSchema,
        answer: { status: 200, body: webhookSchema },
      },
      { route: 'DELETE /v1/webhooks/:id', summary: 'Remove a webhook and its deliveries', answer: { status: 204 } },
      {
        route: 'POST /v1/webhooks/:id/rotate-secret',
        summary: 'Get another secret; the old one stays good for a while',
        body: rotateSecretSchema,
        answer: { status: 200, body: webhookWithSecretSchema },
      },
      {
        route: 'POST /v1/webhooks/:id/test',
        summary: 'Send one message of type webhook.test now, and see what comes of it',
        answer: { status: 200, body: deliverySchema },
      },
      {
        route: 'POST /v1/webhooks/:id/replay',
        summary: 'Send again what happened in a time, also while the webhook was off',
        body: replayWebhookSchema,
        answer: { status: 202, body: replayAnswerSchema },
        errors: { 409: 'The webhook is switched off.' },
      },
      {
        route: 'GET /v1/webhooks/:id/deliveries',
        summary: 'List what was sent, newest event first',
        query: listDeliveriesQuerySchema,
        answer: { status: 200, body: pageOf(deliverySchema) },
      },
      {
        route: 'GET /v1/webhooks/:id/deliveries/:eventId',
        summary: 'Get a delivery with its tries',
        answer: { status: 200, body: deliverySchema },
      },
      {
        route: 'POST /v1/webhooks/:id/deliveries/:eventId/replay',
        summary: 'Send one event again',
        answer: { status: 202, body: deliverySchema },
        errors: { 409: 'The webhook is switched off.' },
      },
    ],
  },
];
