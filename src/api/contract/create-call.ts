/** What one may ask of `/v1` about calls: to place one, and to act on one that is not over. */
import { z } from 'zod';
import { e164Schema, objectSchema, textSchema, timeZoneSchema } from './text.ts';

export const createCallSchema = z.strictObject({
  to: e164Schema,
  /** One of your numbers; your own or the configured one when absent. */
  from: e164Schema.optional(),
  /** A stored assistant, as it is published now; the usual assistant when absent. */
  assistant_id: z.int().min(1).max(2_147_483_647).optional(),
  /** Fill `{{name}}` in the welcome message and the agenda, and are known to the assistant. */
  variables: objectSchema(6000).optional(),
  /** A template of what is said first, instead of the assistant's own. */
  welcome_message: textSchema(10_000, 0).nullish(),
  /** A template of what the call is for. */
  agenda: textSchema(10_000, 0).nullish(),
  /** Your own notes, kept and given back. */
  metadata: objectSchema(4000).nullish(),
  /** The person's own time zone, such as America/Denver, where you know it; else the number tells. */
  recipient_timezone: timeZoneSchema.nullish(),
  max_duration_seconds: z.int().min(10).max(14_400).optional(),
});

export const sayToCallSchema = z.strictObject({ text: textSchema(2000) });

/** For actions that need no more than the call's id; an absent body is as good. */
export const noFieldsSchema = z.strictObject({}).nullish();

export type CreateCall = z.infer<typeof createCallSchema>;
