/** What one may ask of `/v1` about calls: to place one, and to act on one that is not over. */
import { z } from 'zod';
import { callingHoursSchema } from './clients.ts';
import { retrySchema } from './retry.ts';
import { e164Schema, objectSchema, searchMomentSchema, textSchema, timeZoneSchema } from './text.ts';

const wallClock = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/;
const isMoment = (text: string) =>
  wallClock.test(text)
    ? searchMomentSchema.safeParse(`${text}:00Z`).success
    : searchMomentSchema.safeParse(text).success;

/** An instant with its offset, or a time on the clock of the schedule's timezone. */
const scheduledMoment = z
  .string()
  .max(40)
  .refine(isMoment, 'must be a time like 2026-06-01T10:30:00Z or, by the clock of the timezone, 2026-06-01T10:30');

export const scheduleSchema = z.strictObject({
  /** Not dialled before. A time that the clock leaves out is the first minute after; one that comes twice is the first. */
  not_before: scheduledMoment.nullish(),
  /** Not dialled from then on: the call ends as `canceled` with `expired`. */
  not_after: scheduledMoment.nullish(),
  /** Times of the week at which it may be dialled, as a client's calling hours are written. */
  window: callingHoursSchema.nullish(),
  /** `recipient`: the person's own time, everywhere the number can be; or a zone such as Europe/Berlin. */
  timezone: z.union([z.literal('recipient'), timeZoneSchema]).default('recipient'),
});

export const createCallSchema = z.strictObject({
  to: e164Schema,
  /** One of your numbers; your own or the configured one when absent. */
  from: e164Schema.optional(),
  /** A stored assistant, as it is published now; the usual assistant when absent. */
  assistant_id: z.int().min(1).max(2_147_483_647).optional(),
  /** Of the assistant: one that was published before, or `draft`, to try it; the published one when absent. */
  assistant_version: z.union([z.literal('draft'), z.int().min(1).max(2_147_483_647)]).optional(),
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
  schedule: scheduleSchema.nullish(),
  /** Null: none, whatever the assistant says; absent: as the assistant says. */
  retry: retrySchema.nullish(),
});

export const sayToCallSchema = z.strictObject({ text: textSchema(2000) });

/** So many instructions one call takes. */
export const mostInstructions = 50;

export const instructCallSchema = z.strictObject({
  /** What the assistant is to do from now on; it is never read out. */
  text: textSchema(2000),
  /** Whether the assistant speaks now because of it, and not only when it is its turn. */
  respond: z.boolean().default(false),
});

export const pressKeysSchema = z.strictObject({
  /** `w` waits half a second. */
  keys: z.string().regex(/^[0-9*#w]{1,40}$/, 'may hold 40 of 0-9, *, # and w'),
});

export const transferCallSchema = z.strictObject({
  /** A name from the `transfer` tool of the call's assistant. */
  target: textSchema(60),
  /** What a colleague hears before they take the call, where the target is `warm`. */
  briefing: textSchema(600).optional(),
  /** What the assistant says to the person before. */
  words: textSchema(500).optional(),
});

export const audioTicketOrderSchema = z
  .strictObject({
    /** Whether its holder may take the call over from the assistant, and not only listen. */
    speak: z.boolean().default(false),
  })
  .nullish();

/** A right to open one socket, within a minute. */
export const audioTicketSchema = z.object({
  /** Null when the request is repeated: it is told once. */
  ticket: z.string().nullable(),
  expires_at: z.string(),
  /** Where to open the WebSocket, on the host of the request. */
  path: z.string(),
  may_speak: z.boolean(),
});

/** For actions that need no more than the call's id; an absent body is as good. */
export const noFieldsSchema = z.strictObject({}).nullish();

export type CreateCall = z.infer<typeof createCallSchema>;
