/** The shapes of campaigns in `/v1`, shared with the dashboard. */
import { z } from 'zod';
import { callingHoursSchema } from './clients.ts';
import { e164Schema, momentSchema, objectSchema, pageQuery, textSchema, timeZoneSchema } from './text.ts';

export const campaignStatuses = ['draft', 'running', 'paused', 'halted', 'canceled', 'completed'] as const;

/** What a call that did not reach anybody can have come to, and be tried again after. */
export const retriedOutcomes = ['busy', 'no_answer', 'failed', 'voicemail', 'no_conversation'] as const;

const countrySchema = z.string().regex(/^[A-Z]{2}$/, 'must be a two-letter code of a country, for example US');

export const pacingSchema = z.strictObject({
  /** Calls are begun no faster, evenly spread over the minute. */
  calls_per_minute: z.int().min(1).max(60_000).default(60),
  /** Calls on the line at once, ringing ones included. */
  concurrent_calls: z.int().min(1).max(10_000).default(10),
  /** Begins with `start` calls at once, one more for each that is answered, half as many for each that fails. */
  adaptive: z
    .strictObject({ start: z.int().min(1).max(10_000).default(2), least: z.int().min(1).max(10_000).default(1) })
    .nullable()
    .default(null),
});

export const campaignWindowSchema = callingHoursSchema.extend({
  /** `recipient`: where the person is; else one zone for everybody. */
  timezone: z.union([z.literal('recipient'), timeZoneSchema]).default('recipient'),
});

export const campaignRetrySchema = z.strictObject({
  /** Calls to one contact in all, the first included. */
  attempts: z.int().min(1).max(10),
  /** Minutes until the next one, for each outcome after which there is one. */
  after_minutes: z
    .partialRecord(z.enum(retriedOutcomes), z.int().min(1).max(20_160))
    .refine((outcomes) => Object.keys(outcomes).length > 0, 'names no outcome'),
});

export const callerIdSchema = z.strictObject({
  /** Your own numbers, used in turn; a contact is called again from the same one. */
  numbers: z.array(e164Schema).min(1).max(500),
  /** Which of them are looked at first: those of the contact's country or area code. */
  match: z.enum(['none', 'country', 'area_code']).default('none'),
});

export const breakerSchema = z.strictObject({
  /** The campaign is halted when this share of its last calls failed. */
  failed_share: z.number().min(0.05).max(1).default(0.5),
  last_calls: z.int().min(3).max(200).default(20),
});

/** In millionths of the unit of the server's currency. */
const micros = z.int().min(0).max(1e15).optional();
export const campaignSpendCapsSchema = z.strictObject({
  per_call_micros: micros,
  per_day_micros: micros,
  per_month_micros: micros,
  /** Over all of its days. */
  in_all_micros: micros,
});

const changeable = {
  name: textSchema(200),
  /** A stored assistant, as it is published when the campaign is started; null: the usual assistant. */
  assistant_id: z.int().min(1).max(2_147_483_647).nullable(),
  /** A template of what is said first, instead of the assistant's own. */
  welcome_message: textSchema(10_000, 0).nullable(),
  /** A template of what the calls are for. */
  agenda: textSchema(10_000, 0).nullable(),
  /** Values for every contact that has none of its own under that name. */
  variables: objectSchema(6000),
  max_duration_seconds: z.int().min(10).max(14_400).nullable(),
  /** Numbers of contacts that begin with no + are of this country. */
  default_country: countrySchema.nullable(),
  /** Null: called from the client's own number or the configured one. */
  caller_id: callerIdSchema.nullable(),
  pacing: pacingSchema,
  /** Null: whenever the rules of dialling allow it. */
  window: campaignWindowSchema.nullable(),
  starts_at: momentSchema.nullable(),
  /** No call begins after it; who was not reached by then is skipped. */
  ends_at: momentSchema.nullable(),
  /** Null: each contact is called once. */
  retry: campaignRetrySchema.nullable(),
  breaker: breakerSchema,
  /** What its calls may cost; null: no caps of its own. */
  spend_caps: campaignSpendCapsSchema.nullable(),
};

const beginsBeforeItEnds = (campaign: { starts_at?: string | null | undefined; ends_at?: string | null | undefined }) =>
  !campaign.starts_at || !campaign.ends_at || Date.parse(campaign.starts_at) < Date.parse(campaign.ends_at);
const periodWords = { message: 'must be after starts_at', path: ['ends_at'] };

export const createCampaignSchema = z
  .strictObject({
    name: changeable.name,
    assistant_id: changeable.assistant_id.default(null),
    welcome_message: changeable.welcome_message.default(null),
    agenda: changeable.agenda.default(null),
    variables: changeable.variables.default({}),
    max_duration_seconds: changeable.max_duration_seconds.default(null),
    default_country: changeable.default_country.default(null),
    caller_id: changeable.caller_id.default(null),
    pacing: changeable.pacing.prefault({}),
    window: changeable.window.default(null),
    starts_at: changeable.starts_at.default(null),
    ends_at: changeable.ends_at.default(null),
    retry: changeable.retry.default(null),
    breaker: changeable.breaker.prefault({}),
    spend_caps: changeable.spend_caps.default(null),
  })
  .refine(beginsBeforeItEnds, periodWords);

/** What is not named stays; while it runs, the assistant, templates and variables cannot be changed. */
export const updateCampaignSchema = z
  .strictObject(changeable)
  .partial()
  .refine((changes) => Object.keys(changes).length > 0, 'names nothing to change')
  .refine(beginsBeforeItEnds, periodWords);

export const listCampaignsQuerySchema = z.strictObject({
  ...pageQuery,
  status: z.enum(campaignStatuses).optional(),
});

export const cancelCampaignSchema = z
  .strictObject({
    /** What becomes of those who are talking: they finish, or are hung up on. Ringing calls always end. */
    talking: z.enum(['finish', 'hang_up']).default('finish'),
  })
  .prefault({});

const progressSchema = z.object({
  contacts: z.int(),
  by_state: z.object({
    waiting: z.int(),
    calling: z.int(),
    done: z.int(),
    failed: z.int(),
    skipped: z.int(),
    canceled: z.int(),
  }),
  /** Of the last call of each contact. */
  by_outcome: z.record(z.string(), z.int()),
  /** Over the last five minutes, while it runs. */
  dialed_per_minute: z.number(),
  /** While it runs: when everybody was called, at this pace and within the hours; retries not counted. */
  expected_end_at: momentSchema.nullable(),
});

export const campaignSchema = z.object({
  id: z.string(),
  client_id: z.string().nullable(),
  status: z.enum(campaignStatuses),
  /** Why the server stopped it, while it is halted: mend that, then resume. */
  halt: z.object({ code: z.string(), message: z.string() }).nullable(),
  ...changeable,
  /** The version that its calls are made with, since it was started or resumed. */
  assistant_version: z.int().nullable(),
  created_at: momentSchema,
  updated_at: momentSchema,
  started_at: momentSchema.nullable(),
  ended_at: momentSchema.nullable(),
});

export const campaignWithProgressSchema = campaignSchema.extend({ progress: progressSchema });

export type CreateCampaign = z.infer<typeof createCampaignSchema>;
export type UpdateCampaign = z.infer<typeof updateCampaignSchema>;
export type CampaignResource = z.infer<typeof campaignSchema>;
export type CampaignWithProgress = z.infer<typeof campaignWithProgressSchema>;
