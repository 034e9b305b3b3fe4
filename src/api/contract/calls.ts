/** The shapes of calls in `/v1`, shared with the dashboard. */
import { z } from 'zod';

export const callStatuses = [
  'scheduled',
  'queued',
  'dialing',
  'ringing',
  'in_progress',
  'completed',
  'busy',
  'no_answer',
  'failed',
  'canceled',
  'blocked',
] as const;

const moment = z.iso.datetime({ offset: true });

/** The moments that the database and our own times agree on. */
export const lastMomentMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const searchMoment = z.iso.datetime({ offset: true, abort: true }).refine((text) => {
  const ms = Date.parse(text);
  return ms >= 0 && ms <= lastMomentMs;
}, 'must be from 1970 to 9999');

export const turnSchema = z.object({
  index: z.number().int(),
  speaker: z.enum(['person', 'assistant']),
  /** What the person said, or what was generated for the assistant to say. */
  text: z.string(),
  /** What of it was heard; null while it is being spoken, or when the server stopped meanwhile. */
  heard_text: z.string().nullable(),
  /** How `heard_text` is known. */
  heard_source: z.enum(['said', 'confirmed', 'estimated', 'unknown']),
  interrupted: z.boolean(),
  started_at: moment,
  ended_at: moment.nullable(),
  /** From the end of what the person said to the first words of this answer. */
  reply_ms: z.number().int().nullable(),
});

export const callSchema = z.object({
  id: z.string(),
  carrier_sid: z.string().nullable(),
  client_id: z.string().nullable(),
  dialect: z.string(),
  direction: z.enum(['inbound', 'outbound']),
  to: z.string(),
  from: z.string(),
  status: z.enum(callStatuses),
  /** `in_progress` from the request to the end of the call, then `ended`. */
  state: z.enum(['in_progress', 'ended']),
  parameters: z.record(z.string(), z.unknown()),
  assistant: z.object({ name: z.string() }),
  request_id: z.string().nullable(),
  created_at: moment,
  dialing_at: moment.nullable(),
  ringing_at: moment.nullable(),
  answered_at: moment.nullable(),
  ended_at: moment.nullable(),
  duration_seconds: z.number().int().nullable(),
  outcome: z.string().nullable(),
  ended_reason: z.string().nullable(),
  ended_by: z.string().nullable(),
  fault: z.string().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});

export const callWithTurnsSchema = callSchema.extend({
  turns: z.array(turnSchema),
  latency: z.object({
    /** Over the answers of this call: from the end of what the person said to the first words. */
    reply_ms: z.object({ count: z.number().int(), p50: z.number().int().nullable(), p95: z.number().int().nullable() }),
  }),
});

export const eventSchema = z.object({
  id: z.string(),
  type: z.string(),
  call_id: z.string(),
  at: moment,
  data: z.record(z.string(), z.unknown()),
});

export const listCallsQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(300).optional(),
  status: z.enum(callStatuses).optional(),
  direction: z.enum(['inbound', 'outbound']).optional(),
  outcome: z
    .string()
    .regex(/^[a-z_]{1,50}$/, 'must be a name like completed')
    .optional(),
  to: z
    .string()
    .regex(/^\+[1-9]\d{1,14}$/, 'must be in E.164 format; in a URL + is written %2B')
    .optional(),
  created_after: searchMoment.optional(),
  created_before: searchMoment.optional(),
});

export const listEventsQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(100),
  cursor: z.string().max(300).optional(),
});

export const transcriptQuerySchema = z.strictObject({ format: z.enum(['json', 'text']).default('json') });

export type CallResource = z.infer<typeof callSchema>;
export type CallWithTurns = z.infer<typeof callWithTurnsSchema>;
export type TurnResource = z.infer<typeof turnSchema>;
export type EventResource = z.infer<typeof eventSchema>;
