/** The shapes of figures and remaining capacity in `/v1`, shared with the dashboard. */
import { z } from 'zod';
import { searchMomentSchema } from './text.ts';

export const statsQuerySchema = z.strictObject({
  created_after: searchMomentSchema.optional(),
  created_before: searchMomentSchema.optional(),
  assistant_id: z.coerce.number().int().min(1).max(2_147_483_647).optional(),
  campaign_id: z
    .string()
    .regex(/^\w{1,100}$/, 'must be the id of a campaign')
    .optional(),
});

const counts = z.record(z.string(), z.int());

/** From the end of what a person said to the first words of the answer. */
const replyTimes = z.object({ count: z.int(), p50: z.int().nullable(), p95: z.int().nullable() });

/** What the calls cost, in millionths of the unit of the currency. */
const costSum = z.object({
  currency: z.string(),
  /** What is known of it. */
  known_micros: z.int(),
  /** Calls that were dialled, or came in and were answered. */
  calls: z.int(),
  /** Calls that are over and whose cost is not wholly known; without them `known_micros` is the total. */
  calls_without_total: z.int(),
});

const figures = {
  calls: z.int(),
  answered: z.int(),
  /** Share of the outbound calls that the carrier took and that are over, 0–1; null while there are none. */
  answer_rate: z.number().nullable(),
  /** Talking time. */
  total_duration_seconds: z.int(),
  mean_duration_seconds: z.number().nullable(),
  reply_ms: replyTimes,
  cost: costSum,
};

export const statsSchema = z.object({
  ...figures,
  by_status: counts,
  by_outcome: counts,
  /** The dearest first, 100 at most; a client's people see their own alone. */
  cost_by_client: z.array(z.object({ client_id: z.string().nullable(), cost: costSum })),
  cost_by_assistant: z.array(z.object({ assistant_id: z.int().nullable(), cost: costSum })),
  cost_by_campaign: z.array(z.object({ campaign_id: z.string().nullable(), cost: costSum })),
  /** Days (UTC) on which there were calls, newest first, 366 at most. */
  per_day: z.array(z.object({ day: z.iso.date(), ...figures })),
});

const used = z.object({
  /** Null: no limit. */
  limit: z.int().nullable(),
  used: z.int(),
  remaining: z.int().nullable(),
});

export const limitsSchema = z.object({
  calls_per_second: z.number(),
  /** Calls that hold a line at once, over all clients; for a client's people only what is left. */
  lines: z.object({ limit: z.int(), free: z.int() }),
  /** Your calls that wait for their turn. */
  queued: z.int(),
  /** Null for the operator's own people. */
  client: z.object({ concurrent_calls: used, calls_per_minute: used, calls_per_day: used }).nullable(),
});
