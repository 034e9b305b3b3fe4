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

/** In millionths of the unit of the currency; what calls under way may cost at most is reserved. */
const spentIn = z.object({
  limit_micros: z.int().nullable(),
  reserved_micros: z.int(),
  spent_micros: z.int(),
  /** Null: no limit. */
  remaining_micros: z.int().nullable(),
  /** When it begins again (UTC); null: never. */
  resets_at: z.iso.datetime().nullable(),
});

const spend = z.object({
  currency: z.string(),
  /** The most that one call may be able to cost; null: no limit. */
  per_call_limit_micros: z.int().nullable(),
  day: spentIn,
  month: spentIn,
});

const nextCallAt = z.iso.datetime().nullable();

export const limitsQuerySchema = z.strictObject({
  /** Whose limits `client` shows; the operator's people choose, a client's own see theirs. */
  client_id: z
    .string()
    .regex(/^\w{1,100}$/, 'must be the id of a client')
    .optional(),
});

export const limitsSchema = z.object({
  calls_per_second: z.number(),
  /** Calls that hold a line at once, over all clients; for a client's people only what is left. */
  lines: z.object({ limit: z.int(), free: z.int() }),
  /** Your calls that wait for their turn. */
  queued: z.int(),
  carrier: z.object({
    /** `open`: it is asked for no calls now; `half_open`: for one, whose end decides; `closed`: for all. */
    breaker: z.enum(['closed', 'open', 'half_open']),
    /** Why it is not closed, or asked for a pause. */
    reason: z.enum(['throttled', 'unreachable', 'unclear', 'locked_out']).nullable(),
    /** When it is asked again; null: now. */
    asks_again_at: nextCallAt,
  }),
  /** Null for a client's people. */
  account: z
    .object({
      /** When the pace lets the next call go; null: now. */
      next_call_at: nextCallAt,
      calls_per_number_per_minute: z.int().nullable(),
      spend,
    })
    .nullable(),
  /** Null for the operator's own people, unless `client_id` names one. */
  client: z
    .object({ id: z.string(), concurrent_calls: used, calls_per_minute: used, calls_per_day: used, spend })
    .nullable(),
  /** Your numbers that calls are made from, 100 at most. */
  numbers: z.array(
    z.object({
      number: z.string(),
      client_id: z.string().nullable(),
      concurrent_calls: used,
      /** Null: no pace of its own. */
      calls_per_minute: z.int().nullable(),
      next_call_at: nextCallAt,
    }),
  ),
  /** Your campaigns that are not over, the newest first, 100 at most. */
  campaigns: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      client_id: z.string().nullable(),
      status: z.string(),
      /** Why the server stopped it. */
      halt: z.object({ code: z.string(), message: z.string() }).nullable(),
      concurrent_calls: used,
      calls_per_minute: z.int(),
      next_call_at: nextCallAt,
      spend: spend.extend({ in_all: spentIn }),
    }),
  ),
});
