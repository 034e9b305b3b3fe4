/** The shapes of assistants in `/v1`, shared with the dashboard. */
import { z } from 'zod';
import { retrySchema } from './retry.ts';
import { momentSchema, objectSchema, pageQuery, textSchema } from './text.ts';
import { toolsSchema } from './tools.ts';

const engine = z.enum(['cascade', 'relay', 'speech-to-speech', 'agent-bridge']);
const name = z.string().regex(/^[\w.:/-]{1,100}$/, 'must be a name of letters, digits, _ . : / -');
const mostNames = 200;

/** `{{name}}` in it becomes a value of the call. */
const template = textSchema(10_000).refine(
  (text) => text.split('{{').length - 1 <= mostNames,
  `may hold ${mostNames} names`,
);

const limits = z.strictObject({
  /** How long the phone may ring. */
  ring_seconds: z.int().min(5).max(600),
  max_duration_seconds: z.int().min(10).max(14_400),
  /** Silence until the assistant asks whether anyone is there. */
  silence_ms: z.int().min(100).max(60_000),
});

export const voicemailSchema = z.strictObject({
  action: z.enum(['hang_up', 'try_later', 'leave_message', 'talk']),
  message: template.nullable().default(null),
});

const whoPickedUp = z.strictObject({
  /** `heard` alone is free; the carrier charges for its detection. */
  detect: z.enum(['carrier_and_heard', 'heard', 'nothing']).default('carrier_and_heard'),
  screener: z
    .strictObject({
      action: z.enum(['introduce', 'talk', 'hang_up']),
      /** Name and purpose; null: the usual words. */
      introduction: template.nullable().default(null),
    })
    .default({ action: 'introduce', introduction: null }),
  menu: z.strictObject({ action: z.enum(['talk', 'hang_up']) }).default({ action: 'talk' }),
});

const redactSchema = z
  .array(z.enum(['cards', 'emails', 'phone_numbers', 'bank_accounts', 'national_ids']))
  .max(5)
  .refine((kinds) => new Set(kinds).size === kinds.length, 'names a kind twice');

const successCriteria = textSchema(4000);

const speaker = z.enum(['assistant', 'person']);

/** What its author writes. */
const definition = {
  name: textSchema(200),
  /** The instructions that the language model gets first; not a template. */
  prompt: textSchema(20_000),
  /** Said first, word for word; null: the assistant finds its own first words. */
  welcome_message: template.nullable(),
  /** What its calls are for. */
  agenda: template.nullable(),
  /** How it hears and speaks. */
  engine,
  /** Tried in this order when the engine fails. */
  fallback_engines: z.array(engine).max(3),
  language: z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/, 'must be a language tag like en-US'),
  /** Who says the first words; a person who says none within 2.5 s is greeted all the same. */
  speaks_first: speaker.default('assistant'),
  voice: z.strictObject({ provider: name, name }).nullable(),
  /** The language model; null: the server's own. */
  llm: z.strictObject({ provider: name, model: name, temperature: z.number().min(0).max(2).optional() }).nullable(),
  /** The recognizer of speech; null: the server's own. */
  stt: z.strictObject({ provider: name, model: name.optional() }).nullable(),
  /** The voice's maker; null: the server's own. */
  tts: z.strictObject({ provider: name, model: name.optional(), voice: name.optional() }).nullable(),
  /** What it may do besides speaking. */
  tools: toolsSchema,
  /** What it does when a mailbox answers; a message that is null is the usual one. */
  voicemail: voicemailSchema,
  /** How it finds out who has picked up, and what it does about a call screener or a phone menu. */
  who_picked_up: whoPickedUp.prefault({}),
  limits,
  /** JSON Schema of what is to be found out from a call afterwards. */
  analysis_schema: objectSchema(20_000).nullable(),
  /** When a call was a success, in words for the language model. */
  success_criteria: successCriteria.nullable().default(null),
  /** What the person must be told at the beginning. */
  disclosure: textSchema(1000).nullable(),
  /** After which outcomes its calls are tried again, where a call itself does not say; null: after none. */
  retry: retrySchema.nullable().default(null),
  /** What is left out wherever its conversations are kept or told: transcript, tools, events, analysis. */
  redact: redactSchema.default([]),
};

export const definitionSchema = z.object(definition);
/** What is not named is not changed. */
const changeable = {
  ...definition,
  speaks_first: speaker,
  who_picked_up: whoPickedUp,
  success_criteria: successCriteria.nullable(),
  retry: retrySchema.nullable(),
  limits: limits.partial(),
  redact: redactSchema,
};

export const createAssistantSchema = z
  .strictObject(changeable)
  .partial()
  .extend({
    name: definition.name,
    prompt: definition.prompt,
    /** Chosen by hand, for those who come from elsewhere; the next free one when absent. */
    id: z.int().min(1).max(1_000_000_000).optional(),
    /** Whose it is; the operator's own when absent. */
    client_id: z
      .string()
      .regex(/^\w{1,100}$/)
      .nullable()
      .optional(),
  });

export const updateAssistantSchema = z
  .strictObject(changeable)
  .partial()
  .refine((changes) => Object.keys(changes).length > 0, 'names nothing to change');

export const assistantSchema = definitionSchema.extend({
  id: z.int(),
  client_id: z.string().nullable(),
  /** The version that calls are made with; the other fields show the draft. */
  published_version: z.int(),
  created_at: momentSchema,
  updated_at: momentSchema,
  archived_at: momentSchema.nullable(),
});

export const assistantVersionSchema = z.object({
  assistant_id: z.int(),
  version: z.int(),
  definition: definitionSchema,
  published_at: momentSchema,
  published_by: z.string().nullable(),
});

export const previewSchema = z.strictObject({
  variables: objectSchema(20_000).default({}),
  welcome_message: textSchema(10_000, 0).nullish(),
  agenda: textSchema(10_000, 0).nullish(),
});

export const previewResultSchema = z.object({
  /** Said first, word for word; null: the assistant finds its own first words. */
  greeting: z.string().nullable(),
  /** What the language model is told, one message each. */
  instructions: z.array(z.string()),
  /** Names that are used and were not given; a call would be refused. */
  missing: z.array(z.string()),
});

export const listAssistantsQuerySchema = z.strictObject({
  ...pageQuery,
  archived: z.enum(['true', 'false']).default('false'),
});

export const listVersionsQuerySchema = z.strictObject(pageQuery);

export type DefinitionResource = z.infer<typeof definitionSchema>;
export type AssistantResource = z.infer<typeof assistantSchema>;
export type AssistantVersionResource = z.infer<typeof assistantVersionSchema>;
export type PreviewResult = z.infer<typeof previewResultSchema>;
export type CreateAssistant = z.infer<typeof createAssistantSchema>;
export type UpdateAssistant = z.infer<typeof updateAssistantSchema>;
