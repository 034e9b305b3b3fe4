/** The shapes of consents in `/v1`, shared with the dashboard. */
import { z } from 'zod';
import { e164Schema, momentSchema, pageQuery, searchMomentSchema, textSchema } from './text.ts';

export const consentPurposes = ['calls', 'recording', 'marketing'] as const;

export const mostImportedConsents = 100_000;

const clientId = z
  .string()
  .regex(/^\w{1,100}$/, 'must be the id of a client')
  .optional();
const callId = z
  .string()
  .regex(/^call_\w{1,60}$/, 'must be the id of a call')
  .nullable();

const consentFields = {
  number: e164Schema,
  /** What the person agreed to. */
  purpose: z.enum(consentPurposes).default('calls'),
  /** Who says so and how it was given: a form, a letter, a clerk. */
  source: textSchema(500),
  /** The words that the person agreed to. */
  wording: textSchema(5000).nullable().default(null),
  /** The call in which the person said so. */
  call_id: callId.default(null),
  /** When; now when left out. */
  given_at: searchMomentSchema.optional(),
  /** Until when it holds; for good when left out. */
  expires_at: searchMomentSchema.nullable().default(null),
};

/** `client_id` is for the operator: whose; the operator's own when absent. */
export const addConsentSchema = z.strictObject({ ...consentFields, client_id: clientId });
export const consentRowSchema = z.strictObject({ ...consentFields, source: textSchema(500).default('imported') });
export const importConsentsQuerySchema = z.strictObject({ client_id: clientId });
/** Rows are looked at one by one, so that a bad one is reported and the rest is taken. */
export const importConsentsSchema = z.array(z.unknown()).max(mostImportedConsents);

export const withdrawConsentSchema = z.strictObject({
  /** Why, or how it was taken back. */
  reason: textSchema(500),
  /** The call in which the person said so. */
  call_id: callId.default(null),
});

export const listConsentsQuerySchema = z.strictObject({
  ...pageQuery,
  client_id: clientId,
  number: e164Schema.optional(),
  purpose: z.enum(consentPurposes).optional(),
});

export const checkConsentQuerySchema = z.strictObject({
  number: e164Schema,
  purpose: z.enum(consentPurposes).default('calls'),
  client_id: clientId,
});

export const consentSchema = z.object({
  id: z.string(),
  /** Null: the operator's own. */
  client_id: z.string().nullable(),
  number: z.string(),
  purpose: z.enum(consentPurposes),
  source: z.string(),
  wording: z.string().nullable(),
  call_id: z.string().nullable(),
  given_at: momentSchema,
  expires_at: momentSchema.nullable(),
  /** Null while it is held. */
  withdrawn_at: momentSchema.nullable(),
  withdrawn_reason: z.string().nullable(),
  withdrawn_call_id: z.string().nullable(),
  created_at: momentSchema,
});

export const consentCheckSchema = z.object({
  number: z.string(),
  purpose: z.enum(consentPurposes),
  /** `given`, `withdrawn`, `expired`, or `none` for a number that nobody knows of. */
  state: z.enum(['given', 'withdrawn', 'expired', 'none']),
  /** The one that says so. */
  consent: consentSchema.nullable(),
});

export const consentsImportSchema = z.object({
  rows: z.int(),
  added: z.int(),
  already_held: z.int(),
  rejected: z.int(),
  errors: z.array(z.object({ line: z.int(), message: z.string() })),
});

export type ConsentResource = z.infer<typeof consentSchema>;
