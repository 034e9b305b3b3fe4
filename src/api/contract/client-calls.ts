/** The shapes of a client's own call history beside `POST /secure/make-call`. */
import { z } from 'zod';
import { callStatuses } from './calls.ts';
import { momentSchema, pageQuery, searchMomentSchema } from './text.ts';

/** A day (UTC) or a moment. */
const dayOrMoment = z.union([z.iso.date(), searchMomentSchema], { error: 'must be a date or an ISO 8601 time' });

/** Also as the carrier writes them: `no-answer`, `in-progress`. */
const status = z
  .string()
  .transform((text) => text.replaceAll('-', '_'))
  .pipe(z.enum(callStatuses));

const dates = { startDate: dayOrMoment.optional(), endDate: dayOrMoment.optional(), date: z.iso.date().optional() };

export const clientCallsQuerySchema = z.object({
  ...pageQuery,
  page: z.coerce.number().int().min(1).max(10_000).default(1),
  status: status.optional(),
  ...dates,
});

export const clientStatsQuerySchema = z.object(dates);

const costSchema = z.object({ currency: z.string(), totalMicros: z.int().nullable(), knownMicros: z.int() });

export const clientCallSchema = z.object({
  callId: z.string(),
  callSid: z.string().nullable(),
  to: z.string(),
  from: z.string(),
  direction: z.enum(['inbound', 'outbound']),
  status: z.enum(callStatuses),
  outcome: z.string().nullable(),
  endedReason: z.string().nullable(),
  requestId: z.string().nullable(),
  dynamicVariables: z.record(z.string(), z.unknown()),
  createdAt: momentSchema,
  answeredAt: momentSchema.nullable(),
  endedAt: momentSchema.nullable(),
  durationSeconds: z.int().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  /** In millionths of the currency's unit; null while it is not counted. `totalMicros` is null where some of it has no price. */
  cost: costSchema.nullable(),
});

export const clientCallsSchema = z.object({
  success: z.literal(true),
  calls: z.array(clientCallSchema),
  page: z.int(),
  limit: z.int(),
  total: z.int(),
  hasMore: z.boolean(),
  nextCursor: z.string().nullable(),
  requestId: z.string(),
});

export const clientCallAnswerSchema = z.object({
  success: z.literal(true),
  call: clientCallSchema.extend({
    transcript: z.array(
      z.object({
        speaker: z.enum(['person', 'assistant', 'operator']),
        /** What was said and heard. */
        text: z.string(),
        startedAt: momentSchema,
      }),
    ),
    /** Where its sound can be fetched with the same token; null while there is none. */
    recordingUrl: z.string().nullable(),
    events: z.array(z.object({ type: z.string(), at: momentSchema, data: z.record(z.string(), z.unknown()) })),
  }),
  requestId: z.string(),
});

export const clientStatsSchema = z.object({
  success: z.literal(true),
  stats: z.object({
    totalCalls: z.int(),
    byStatus: z.record(z.string(), z.int()),
    answeredCalls: z.int(),
    /** Share of the calls that rang and are over, 0–1; null while there are none. */
    answerRate: z.number().nullable(),
    totalDurationSeconds: z.int(),
    averageDurationSeconds: z.number().nullable(),
    /** Null while no call has a cost. */
    cost: costSchema.nullable(),
    perDay: z.array(
      z.object({ date: z.string(), calls: z.int(), answeredCalls: z.int(), totalDurationSeconds: z.int() }),
    ),
  }),
  requestId: z.string(),
});

/** The body of `POST /secure/make-call`. */
export const makeCallSchema = z.object({ phone: z.string() });

export const makeCallAnswerSchema = z.object({
  success: z.literal(true),
  message: z.string(),
  callSid: z.string(),
  requestId: z.string(),
});

export const makeCallErrorSchema = z.object({
  error: z.string(),
  details: z.string().optional(),
  resolution: z.string().optional(),
  code: z.string().optional(),
  requestId: z.string(),
});

export type ClientCall = z.infer<typeof clientCallSchema>;
