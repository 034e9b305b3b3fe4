/** The shapes of webhooks in `/v1`, shared with the dashboard. */
import { z } from 'zod';
import { momentSchema, pageQuery, searchMomentSchema, textSchema } from './text.ts';

const eventTypeSchema = z
  .string()
  .regex(/^[a-z_]{1,40}\.(\*|[a-z_]{1,40})$/, 'must be a type like call.ended, or all of an area as call.*');

const fields = {
  url: z.string().min(1).max(2048),
  description: textSchema(500).nullable().optional(),
  /** By default every type. */
  event_types: z.array(eventTypeSchema).min(1).max(100).nullable().optional(),
};

export const createWebhookSchema = z.strictObject({ ...fields, client_id: textSchema(100).optional() });

export const updateWebhookSchema = z
  .strictObject({ ...fields, url: fields.url.optional(), is_enabled: z.boolean().optional() })
  .refine((body) => Object.keys(body).length > 0, 'must hold something to change');

export const rotateSecretSchema = z.strictObject({
  /** How long messages are signed with the old secret as well. */
  overlap_hours: z.int().min(0).max(168).default(24),
});

export const replayWebhookSchema = z.strictObject({
  after: searchMomentSchema,
  before: searchMomentSchema.optional(),
  /** Also what was delivered already. */
  include_delivered: z.boolean().default(false),
});

export const webhookSchema = z.object({
  id: z.string(),
  client_id: z.string().nullable(),
  url: z.string(),
  description: z.string().nullable(),
  /** Null: every type. */
  event_types: z.array(z.string()).nullable(),
  is_enabled: z.boolean(),
  /** asked: somebody switched it off; failing: nothing got through for 5 days; gone: it answered 410. */
  disabled_reason: z.enum(['asked', 'failing', 'gone']).nullable(),
  /** Since when nothing gets through; null when the last message did. */
  failing_since: momentSchema.nullable(),
  /** Until when messages are signed with the secret before this one, too. */
  previous_secret_until: momentSchema.nullable(),
  created_at: momentSchema,
  updated_at: momentSchema,
});

/** The secret is in this answer only; null when the request is repeated with its Idempotency-Key. */
export const webhookWithSecretSchema = webhookSchema.extend({ secret: z.string().nullable() });

export const deliveryStatuses = ['waiting', 'delivered', 'failed', 'canceled'] as const;

export const deliverySchema = z.object({
  /** What is sent as webhook-id. */
  event_id: z.string(),
  event_type: z.string(),
  status: z.enum(deliveryStatuses),
  /** How often it was tried since it was asked for. */
  tries: z.int(),
  next_try_at: momentSchema.nullable(),
  created_at: momentSchema,
  finished_at: momentSchema.nullable(),
  /** The last tries, oldest first. */
  log: z.array(
    z.object({
      at: momentSchema,
      duration_ms: z.int(),
      /** Null when there was no answer. */
      status: z.int().nullable(),
      error: z.string().nullable(),
      /** The beginning of the answer. */
      answer: z.string(),
    }),
  ),
});

export const replayAnswerSchema = z.object({ deliveries: z.int() });

export const listWebhooksQuerySchema = z.strictObject(pageQuery);
export const listDeliveriesQuerySchema = z.strictObject({ ...pageQuery, status: z.enum(deliveryStatuses).optional() });

export type WebhookResource = z.infer<typeof webhookSchema>;
export type DeliveryResource = z.infer<typeof deliverySchema>;
