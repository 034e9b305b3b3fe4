/** The shapes of phone numbers in `/v1`, shared with the dashboard. */
import { z } from 'zod';
import { e164Schema, momentSchema, pageQuery, textSchema } from './text.ts';

/** Asked while somebody calls; whoever does not answer in time leaves the call to `assistant_id`. */
const inboundWebhook = z.strictObject({
  url: textSchema(2048),
  timeout_ms: z.int().min(200).max(3000).default(1500),
});

const changeable = {
  /** Who answers it; null: callers hear an apology. */
  assistant_id: z.int().min(1).max(2_147_483_647).nullable(),
  /** Whose number it is; null: the operator's own. */
  client_id: z
    .string()
    .regex(/^\w{1,100}$/)
    .nullable(),
  /** Calls made from it, evenly spread over the minute; null: as CALLS_PER_MINUTE_PER_NUMBER says. */
  calls_per_minute: z.int().min(1).max(60_000).nullable(),
  /** Calls made from it that hold a line at once; null: no limit. */
  concurrent_calls: z.int().min(1).max(100_000).nullable(),
  inbound_webhook: inboundWebhook.nullable(),
};

export const createPhoneNumberSchema = z
  .strictObject({ ...changeable })
  .partial()
  .extend({ number: e164Schema });

export const updatePhoneNumberSchema = z
  .strictObject(changeable)
  .partial()
  .refine((changes) => Object.keys(changes).length > 0, 'names nothing to change');

export const phoneNumberSchema = z.object({
  id: z.string(),
  number: z.string(),
  ...changeable,
  created_at: momentSchema,
  updated_at: momentSchema,
});

export const syncResultSchema = z.object({
  data: z.array(
    z.object({
      number: z.string(),
      /** `not_ours`: the carrier's account has no such number. */
      result: z.enum(['set', 'not_ours', 'failed']),
    }),
  ),
});

export const listPhoneNumbersQuerySchema = z.strictObject(pageQuery);

export type PhoneNumberResource = z.infer<typeof phoneNumberSchema>;
export type SyncResult = z.infer<typeof syncResultSchema>;
