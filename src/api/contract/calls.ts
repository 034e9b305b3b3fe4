/** The shapes of calls in `/v1`, shared with the dashboard. */
import { z } from 'zod';
import { costSchema } from './prices.ts';
import { e164Schema, momentSchema as moment, pageQuery, searchMomentSchema } from './text.ts';
import { toolCallSchema } from './tools.ts';

export const callStatuses = [
  'scheduled',
  'queued',
  'dialing',
  'ringing',
  'in_progress',
  'completed',
  'busy',
  'no_answer',
  'failed',
  'canceled',
  'blocked',
] as const;

const step = z.number().int().nullable();

/** The steps of an answer in ms since the person's last sound; null for a step that did not happen. */
export const turnLatencySchema = z.object({
  /** We decided that the person's turn is over. */
  decided_ms: step,
  /** The recognizer's final words arrived. */
  final_ms: step,
  /** The language model's first words arrived. */
  first_token_ms: step,
  /** The first sound arrived from the voice. */
  first_sound_ms: step,
  /** The first of it was sent to the carrier. */
  first_frame_ms: step,
  /** The carrier said that the first of it was played. */
  heard_ms: step,
});

export const turnSchema = z.object({
  index: z.number().int(),
  /** An operator is somebody who has taken the call over from the assistant. */
  speaker: z.enum(['person', 'assistant', 'operator']),
  /** What the person or an operator said, or what was generated for the assistant to say. */
  text: z.string(),
  /** What of it was heard; null while it is being spoken, or when the server stopped meanwhile. */
  heard_text: z.string().nullable(),
  /** How `heard_text` is known. */
  heard_source: z.enum(['said', 'confirmed', 'estimated', 'unknown']),
  interrupted: z.boolean(),
  started_at: moment,
  ended_at: moment.nullable(),
  /** How long the person waited: on a line of sound from their last sound to the first sound of this answer, else from what the carrier understood to the first words. */
  reply_ms: z.number().int().nullable(),
  /** The steps of this answer; null for what answers nobody, and on calls whose sound does not come to us. */
  latency: turnLatencySchema.nullable(),
});

/** Of so many answers, in ms; null where there are none. */
const figuresSchema = z.object({ count: z.number().int(), p50: step, p95: step });
/** What one rule of dialling said. */
const policyReasonSchema = z.object({
  rule: z.string(),
  /** `notes`: would forbid the call if the rule were enforced for it, or cannot tell. */
  verdict: z.enum(['allows', 'notes', 'forbids']),
  code: z.string().nullable(),
  detail: z.string(),
});

export const policySchema = z.object({
  allowed: z.boolean(),
  code: z.string().nullable(),
  detail: z.string().nullable(),
  /** What can be done about it. */
  mend: z.string().nullable(),
  retry_after_seconds: z.int().nullable(),
  decided_at: moment,
  /** What the number tells of where it rings; `zones_from` is recipient, area-code, country or nothing. */
  destination: z.object({
    countries: z.array(z.string()),
    region: z.string().nullable(),
    kind: z.string().nullable(),
    zones: z.array(z.string()),
    zones_from: z.string(),
  }),
  reasons: z.array(policyReasonSchema),
});

export const callSchema = z.object({
  id: z.string(),
  carrier_sid: z.string().nullable(),
  client_id: z.string().nullable(),
  dialect: z.string(),
  direction: z.enum(['inbound', 'outbound']),
  to: z.string(),
  from: z.string(),
  status: z.enum(callStatuses),
  /** `in_progress` from the request to the end of the call, then `ended`. */
  state: z.enum(['in_progress', 'ended']),
  parameters: z.record(z.string(), z.unknown()),
  /** A number of the caller's own, for its own tracking. */
  verification: z.number().nullable(),
  /** `id` and `version` are null for the usual assistant, `version` alone for a draft. */
  assistant: z.object({ name: z.string(), id: z.number().int().nullable(), version: z.number().int().nullable() }),
  /** What was said first, and what the call was for, as they were filled in. */
  welcome_message: z.string().nullable(),
  agenda: z.string().nullable(),
  /** Your own notes. */
  metadata: z.record(z.string(), z.unknown()).nullable(),
  request_id: z.string().nullable(),
  created_at: moment,
  dialing_at: moment.nullable(),
  ringing_at: moment.nullable(),
  answered_at: moment.nullable(),
  ended_at: moment.nullable(),
  duration_seconds: z.number().int().nullable(),
  outcome: z.string().nullable(),
  /** Who picked up, as far as it was found out. */
  answered_by: z.enum(['person', 'voicemail', 'menu', 'screener', 'fax', 'nobody']).nullable(),
  /** What became of the message for a mailbox; null when none was begun. */
  voicemail_message: z.enum(['started', 'left', 'cut_off']).nullable(),
  /** Who the person was handed over to, or was to be; the newest one. */
  transfer: z
    .object({
      target: z.string(),
      number: z.string(),
      mode: z.enum(['cold', 'warm']),
      by: z.enum(['assistant', 'request']),
      /** `wanted`: the assistant still speaks; `ringing`: the colleague is called. */
      state: z.enum(['wanted', 'ringing', 'connected', 'failed']),
      /** Why nobody took it. */
      reason: z.string().nullable(),
      asked_at: moment,
      connected_at: moment.nullable(),
      ended_at: moment.nullable(),
      /** How long the colleague's line lasted. */
      seconds: z.int().nullable(),
    })
    .nullable(),
  ended_reason: z.string().nullable(),
  ended_by: z.string().nullable(),
  fault: z.string().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  /** The person's own time zone, as it was given. */
  recipient_timezone: z.string().nullable(),
  /** When it is to be dialled, while it waits for that. */
  due_at: moment.nullable(),
  not_before: moment.nullable(),
  not_after: moment.nullable(),
  /** 1 for the first attempt; each is a call of its own. */
  attempt: z.number().int(),
  /** The first attempt, for a later one. */
  retry_of: z.string().nullable(),
  /** The attempt after this one. */
  next_attempt_call_id: z.string().nullable(),
  /** The call in which the person asked for this one, and what they said it is about. */
  call_back_of: z.string().nullable(),
  call_back_reason: z.string().nullable(),
  /** The call back that the person asked for in this call. */
  call_back_call_id: z.string().nullable(),
  campaign_id: z.string().nullable(),
  contact_id: z.string().nullable(),
  /** Whether it might be dialled, as of the moment it was; null until then and for incoming calls. */
  policy: policySchema.nullable(),
});

/** A piece of what the carrier's own transcription wrote down. */
export const carrierTranscriptSchema = z.object({
  sequence: z.number().int(),
  speaker: z.enum(['person', 'assistant']),
  text: z.string(),
  at: moment,
});

export const transcriptSchema = z.object({
  call_id: z.string(),
  status: z.enum(callStatuses),
  turns: z.array(turnSchema),
  /** What the assistant asked to have done. */
  tool_calls: z.array(toolCallSchema),
  /** What the carrier wrote down, where it was asked to. */
  carrier_transcript: z.array(carrierTranscriptSchema),
});

/** What was found out of a call once it was over. */
export const analysisSchema = z.object({
  /** A language model, or rules that go by the facts alone. */
  source: z.enum(['model', 'rules']),
  model: z.string().nullable(),
  outcome: z.string().nullable(),
  ended_by: z.string().nullable(),
  ended_reason: z.string().nullable(),
  summary: z.string(),
  /** By the assistant's `success_criteria`; null where nobody can tell. */
  success: z.boolean().nullable(),
  success_reason: z.string().nullable(),
  /** By the assistant's `analysis_schema`; each value with the turn that says so, null where none does. */
  data: z.record(z.string(), z.object({ value: z.unknown(), turn: z.number().int().nullable() })).nullable(),
  sentiment: z.enum(['positive', 'neutral', 'negative']).nullable(),
  next_step: z.string().nullable(),
  analyzed_at: moment,
});

/** That a call will be analyzed again. */
export const analysisAskedSchema = z.object({ call_id: z.string(), analysis: z.literal('asked') });

export const callWithTurnsSchema = callSchema.extend({
  turns: z.array(turnSchema),
  /** What the assistant asked to have done, and what came of it. */
  tool_calls: z.array(toolCallSchema),
  /** Null for a call that was never dialled, and from before costs were counted. */
  cost: costSchema.nullable(),
  /** What the person had to be told, when that was said, and whether all of it was heard. */
  disclosures: z.array(z.object({ text: z.string(), said_at: moment, heard: z.boolean().nullable() })),
  /** What had to be said by the rules of where the person may be, and on what they rest; null where nothing had to. */
  line_rules: z
    .object({
      places: z.array(z.string()),
      sources: z.array(z.string()),
      statements: z.array(z.string()),
      /** Asked before anything is recorded. */
      question: z.string().nullable(),
    })
    .nullable(),
  /** Null where nothing is recorded, or nobody had to be told and nobody refused. */
  consent: z
    .object({
      recording: z.object({
        /** `told`: it is recorded while they stay; `asked`, `unanswered`: nothing is recorded. */
        state: z.enum(['told', 'asked', 'given', 'refused', 'unanswered']),
        /** What they said to it. */
        words: z.string().nullable(),
      }),
    })
    .nullable(),
  /** Null until it was made, some seconds after the end of the call. */
  analysis: analysisSchema.nullable(),
  latency: z.object({
    /** Over the answers of this call: how long the person waited. */
    reply_ms: figuresSchema,
    /** Over the answers of this call: from the person's last sound to each step. */
    decided_ms: figuresSchema,
    final_ms: figuresSchema,
    first_token_ms: figuresSchema,
    first_sound_ms: figuresSchema,
    first_frame_ms: figuresSchema,
    heard_ms: figuresSchema,
  }),
});

export const eventSchema = z.object({
  id: z.string(),
  type: z.string(),
  /** Null for an event that is not of a call, such as one of a campaign. */
  call_id: z.string().nullable(),
  at: moment,
  data: z.record(z.string(), z.unknown()),
});

export const listCallsQuerySchema = z.strictObject({
  ...pageQuery,
  status: z.enum(callStatuses).optional(),
  direction: z.enum(['inbound', 'outbound']).optional(),
  outcome: z
    .string()
    .regex(/^[a-z_]{1,50}$/, 'must be a name like completed')
    .optional(),
  /** The id of a call, here or at the carrier, or a part of the number at the other end. */
  q: z
    .string()
    .trim()
    .regex(/^(call_\w{1,100}|CA[0-9a-f]{32}|[+\d\s().-]{2,30})$/, 'must be the id of a call or a part of a number')
    .optional(),
  /** In a URL + is written %2B. */
  to: e164Schema.optional(),
  assistant_id: z.coerce.number().int().min(1).max(2_147_483_647).optional(),
  verification: z
    .string()
    .regex(/^-?\d{1,16}(\.\d{1,20})?(e-?\d{1,3})?$/, 'must be a number')
    .transform(Number)
    .optional(),
  created_after: searchMomentSchema.optional(),
  created_before: searchMomentSchema.optional(),
});

export const listDecisionsQuerySchema = z.strictObject({
  format: z.enum(['json', 'csv']).default('json'),
  /** `false`: those that forbade the call. */
  allowed: z
    .literal('false')
    .transform(() => false)
    .optional(),
  to: e164Schema.optional(),
  created_after: searchMomentSchema.optional(),
  created_before: searchMomentSchema.optional(),
});

/** What the rules said of a call, and when. */
export const decisionSchema = z.object({
  call_id: z.string(),
  client_id: z.string().nullable(),
  to: z.string(),
  from: z.string(),
  asked_at: moment,
  status: z.enum(callStatuses),
  policy: policySchema,
});

export const listEventsQuerySchema = z.strictObject({
  ...pageQuery,
  limit: pageQuery.limit.default(100),
});

export const listAllEventsQuerySchema = z.strictObject({
  ...pageQuery,
  limit: pageQuery.limit.default(100),
  /** One type, as `call.ended`, or all of one thing, as `call.*`. */
  type: z
    .string()
    .regex(/^[a-z_]+\.([a-z_]+|\*)$/, 'is a type of event like call.ended, or call.* for all of them')
    .optional(),
  call_id: z.string().max(100).optional(),
});

export const transcriptQuerySchema = z.strictObject({ format: z.enum(['json', 'text']).default('json') });

export type AnalysisResource = z.infer<typeof analysisSchema>;
export type CallResource = z.infer<typeof callSchema>;
export type CallWithTurns = z.infer<typeof callWithTurnsSchema>;
export type TurnLatencyResource = z.infer<typeof turnLatencySchema>;
export type TurnResource = z.infer<typeof turnSchema>;
export type EventResource = z.infer<typeof eventSchema>;
export type CarrierTranscriptResource = z.infer<typeof carrierTranscriptSchema>;
