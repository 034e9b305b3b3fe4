/** The shapes of figures and remaining capacity in `/v1`, shared with the dashboard. */
import { z } from 'zod';
import { searchMomentSchema } from './text.ts';

export const statsQuerySchema = z.strictObject({
  created_after: searchMomentSchema.optional(),
  created_before: searchMomentSchema.optional(),
  assistant_id: z.coerce.number().int().min(1).max(2_147_483_647).optional(),
});

const counts = z.record(z.string(), z.int());

/** From the end of what a person said to the first words of the answer. */
const replyTimes = z.object({ count: z.int(), p50: z.int().nullable(), p95: z.int().nullable() });

const figures = {
  calls: z.int(),
  answered: z.int(),
  /** Share of the outbound calls that the carrier took and that are over, 0–1; null while there are none. */
  answer_rate: z.number().nullable(),
  /** Talking time. */
  total_duration_seconds: z.int(),
  mean_duration_seconds: z.number().nullable(),
  reply_ms: replyTimes,
};

export const statsSchema = z.object({
  ...figures,
  by_status: counts,
  by_outcome: counts,
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
