/** The shapes of clients in `/v1`, shared with the dashboard. */
import { z } from 'zod';
import { consentPurposes } from './consents.ts';
import { e164Schema, momentSchema, pageQuery, textSchema } from './text.ts';
import { emailSchema, passwordSchema } from './users.ts';

export const clientStatuses = ['Active', 'Inactive', 'Suspended'] as const;

const mostVariables = 50;
/** They travel in a URL to the carrier and back. */
const longestProfile = 3000;

const variableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/, 'must be a name of letters, digits, _ . -, 64 at most')
  .refine((name) => !['__proto__', 'constructor', 'prototype'].includes(name), 'is a name that cannot be used');

/** Dynamic variables: what the client's assistant or agent knows in every call. */
export const profileSchema = z
  .record(variableName, z.union([textSchema(500, 0), z.number(), z.boolean()]))
  .refine((profile) => Object.keys(profile).length <= mostVariables, `may hold ${mostVariables} variables`)
  .refine((profile) => JSON.stringify(profile).length <= longestProfile, `may have ${longestProfile} characters`);

const clock = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'must be a time like 08:30, 24:00 at most');
const span = z.tuple([clock, clock]).refine(([from, until]) => from < until, 'must begin before it ends');
const spans = z.array(span).max(10).optional();

export const callingHoursSchema = z.strictObject({
  /** For each weekday the times from and until; a day that is not named is closed. */
  windows: z
    .strictObject({ mon: spans, tue: spans, wed: spans, thu: spans, fri: spans, sat: spans, sun: spans })
    .refine((days) => Object.values(days).some((day) => day !== undefined && day.length > 0), 'opens on no day'),
  /** Whether the public holidays of the person's country and state are closed, as far as they are known. */
  closed_on_holidays: z.boolean().optional(),
  /** Days on which nobody is called, as 2026-12-24. */
  closed_dates: z.array(z.iso.date()).max(1000).optional(),
});

/** A thousand million of the currency's unit. */
const mostMicros = 1e15;

export const clientLimitsSchema = z.strictObject({
  /** Calls in any 24 hours. */
  calls_per_day: z.int().min(0).max(1_000_000).optional(),
  /** Calls asked for in any 60 seconds. */
  calls_per_minute: z.int().min(1).max(100_000).optional(),
  /** Calls that hold a line at once. */
  concurrent_calls: z.int().min(1).max(100_000).optional(),
  /** Calls to one number in any 24 hours and 7 days, instead of the server's own limits. */
  calls_per_number_per_day: z.int().min(0).max(1_000_000).optional(),
  calls_per_number_per_week: z.int().min(0).max(1_000_000).optional(),
  /** Two-letter codes: no other countries, and none that the server does not allow. */
  allowed_countries: z
    .array(z.string().regex(/^[A-Z]{2}$/, 'must be a two-letter code of a country, for example US'))
    .max(300)
    .optional(),
  /** Instead of 8:00 to 21:00 on every day, where the person is. */
  calling_hours: callingHoursSchema.optional(),
  /** Whether a call outside the hours is refused; else it is only noted on the record of the call. */
  enforce_calling_hours: z.boolean().optional(),
  /** For calls that sell nothing: stricter hours and limits of single states do not hold. */
  ignore_state_rules: z.boolean().optional(),
  /** What becomes of a conversation while which the number comes onto a do-not-call list; `finish` lets it go on. */
  on_do_not_call: z.enum(['end', 'finish']).optional(),
  /** What a person must have agreed to before a call. */
  require_consent: z.array(z.enum(consentPurposes)).max(consentPurposes.length).optional(),
  /** After how many days recordings, and what was said, are erased; instead of the server's own. */
  keep_recordings_days: z.int().min(1).max(36_500).optional(),
  keep_transcripts_days: z.int().min(1).max(36_500).optional(),
  /** Caps on spending in millionths of the unit of the server's currency, by UTC days and months. */
  spend_per_call_micros: z.int().min(0).max(mostMicros).optional(),
  spend_per_day_micros: z.int().min(0).max(mostMicros).optional(),
  spend_per_month_micros: z.int().min(0).max(mostMicros).optional(),
});

const changeable = {
  name: textSchema(200),
  status: z.enum(clientStatuses),
  /** Its caller id; null: it has none. */
  twilio_phone_number: e164Schema.nullable(),
  profile: profileSchema,
  elevenlabs_agent_id: z
    .string()
    .regex(/^[\w-]{1,100}$/, 'must be an id of letters, digits, _ and -')
    .nullable(),
  limits: clientLimitsSchema,
};

export const createClientSchema = z
  .strictObject({
    name: changeable.name,
    /** With a password: makes the client's first user, who logs in with them. */
    email: emailSchema.optional(),
    password: passwordSchema.optional(),
    status: changeable.status.default('Active'),
    twilio_phone_number: changeable.twilio_phone_number.default(null),
    profile: changeable.profile.default({}),
    elevenlabs_agent_id: changeable.elevenlabs_agent_id.default(null),
    limits: changeable.limits.default({}),
  })
  .refine((client) => (client.email === undefined) === (client.password === undefined), {
    message: 'email and password belong together',
    path: ['password'],
  });

export const updateClientSchema = z
  .strictObject(changeable)
  .partial()
  .refine((changes) => Object.keys(changes).length > 0, 'names nothing to change');

export const clientSchema = z.object({
  id: z.string(),
  ...changeable,
  /** Of its first user; null when it has none. */
  email: z.string().nullable(),
  created_at: momentSchema,
  updated_at: momentSchema,
});

export const listClientsQuerySchema = z.strictObject({ ...pageQuery, status: z.enum(clientStatuses).optional() });

export type ClientResource = z.infer<typeof clientSchema>;
export type ClientLimits = z.infer<typeof clientLimitsSchema>;
