/** What a Realtime session is set to: the defaults, what `session.update` may change, and why it may not. */
import { z } from 'zod';
import type { WireFormat } from '../wire-sound.ts';

/** Of the vendor's three formats A-law is not simulated. */
const format = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('audio/pcm'), rate: z.literal(24_000) }),
  z.strictObject({ type: z.literal('audio/pcmu') }),
]);

const turnDetection = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('server_vad'),
    threshold: z.number().min(0).max(1).default(0.5),
    prefix_padding_ms: z.int().min(0).default(300),
    silence_duration_ms: z.int().min(0).default(500),
    create_response: z.boolean().default(true),
    interrupt_response: z.boolean().default(true),
    idle_timeout_ms: z.int().min(5000).max(30_000).nullable().default(null),
  }),
  z.strictObject({
    type: z.literal('semantic_vad'),
    eagerness: z.enum(['low', 'medium', 'high', 'auto']).default('auto'),
    create_response: z.boolean().default(true),
    interrupt_response: z.boolean().default(true),
  }),
]);

const transcription = z.strictObject({
  model: z.string(),
  language: z.string().optional(),
  languages: z.array(z.string()).optional(),
  prompt: z.string().optional(),
  keywords: z.array(z.string()).optional(),
  delay: z.enum(['minimal', 'low', 'medium', 'high', 'xhigh']).optional(),
});

const voices = ['alloy', 'ash', 'ballad', 'coral', 'echo', 'sage', 'shimmer', 'verse', 'marin', 'cedar'] as const;

const tool = z.strictObject({
  type: z.literal('function'),
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
  description: z.string().optional(),
  parameters: z.record(z.string(), z.unknown()).optional(),
});

const toolChoice = z.union([
  z.enum(['auto', 'none', 'required']),
  z.strictObject({ type: z.literal('function'), name: z.string() }),
]);

const maxOutputTokens = z.union([z.int().min(1).max(4096), z.literal('inf')]);
/** Only speech is simulated. */
const outputModalities = z.tuple([z.literal('audio')]);

export const sessionUpdate = z.strictObject({
  type: z.literal('realtime'),
  model: z.string().optional(),
  output_modalities: outputModalities.optional(),
  instructions: z.string().optional(),
  audio: z
    .strictObject({
      input: z
        .strictObject({
          format: format.optional(),
          noise_reduction: z
            .strictObject({ type: z.enum(['near_field', 'far_field']) })
            .nullable()
            .optional(),
          transcription: transcription.nullable().optional(),
          turn_detection: turnDetection.nullable().optional(),
        })
        .optional(),
      output: z
        .strictObject({
          format: format.optional(),
          voice: z.union([z.enum(voices), z.strictObject({ id: z.string() })]).optional(),
          speed: z.number().min(0.25).max(1.5).optional(),
        })
        .optional(),
    })
    .optional(),
  tools: z.array(tool).optional(),
  tool_choice: toolChoice.optional(),
  max_output_tokens: maxOutputTokens.optional(),
  truncation: z.unknown().optional(),
  reasoning: z.unknown().optional(),
  parallel_tool_calls: z.boolean().optional(),
  tracing: z.unknown().optional(),
  include: z.unknown().optional(),
  prompt: z.unknown().optional(),
});

/** What one response may set for itself alone. */
export const responseSettings = z.strictObject({
  instructions: z.string().optional(),
  output_modalities: outputModalities.optional(),
  tools: z.array(tool).optional(),
  tool_choice: toolChoice.optional(),
  conversation: z.enum(['auto', 'none']).optional(),
  metadata: z.record(z.string(), z.string()).nullable().optional(),
  input: z.array(z.record(z.string(), z.unknown())).optional(),
  audio: z.unknown().optional(),
  max_output_tokens: maxOutputTokens.optional(),
});

export type SessionUpdate = z.infer<typeof sessionUpdate>;
export type ResponseSettings = z.infer<typeof responseSettings>;
type Format = z.infer<typeof format>;

export interface SessionSettings {
  model: string;
  output_modalities: ['audio'];
  instructions: string;
  audio: {
    input: {
      format: Format;
      noise_reduction: { type: 'near_field' | 'far_field' } | null;
      transcription: z.infer<typeof transcription> | null;
      turn_detection: z.infer<typeof turnDetection> | null;
    };
    output: { format: Format; voice: (typeof voices)[number] | { id: string }; speed: number };
  };
  tools: readonly z.infer<typeof tool>[];
  tool_choice: z.infer<typeof toolChoice>;
  max_output_tokens: number | 'inf';
}

export function toUsualSettings(model: string): SessionSettings {
  return {
    ...{ model, output_modalities: ['audio'], instructions: '' },
    audio: {
      input: {
        ...{ format: { type: 'audio/pcm', rate: 24_000 }, noise_reduction: null, transcription: null },
        turn_detection: turnDetection.parse({ type: 'server_vad' }),
      },
      output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: 'alloy', speed: 1 },
    },
    ...{ tools: [], tool_choice: 'auto', max_output_tokens: 'inf' },
  };
}

/** What an update leaves out stays as it was; the model of a session cannot be changed. */
export function updateSettings(old: SessionSettings, update: SessionUpdate): SessionSettings {
  return {
    ...old,
    ...withoutUndefined({
      instructions: update.instructions,
      tools: update.tools,
      tool_choice: update.tool_choice,
      max_output_tokens: update.max_output_tokens,
    }),
    audio: {
      input: { ...old.audio.input, ...withoutUndefined(update.audio?.input ?? {}) },
      output: { ...old.audio.output, ...withoutUndefined(update.audio?.output ?? {}) },
    },
  };
}

function withoutUndefined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

export function toWireFormat({ type }: Format): WireFormat {
  return type === 'audio/pcmu' ? 'mulaw' : { pcmTimes: 3 };
}

const semanticSilenceMs = { low: 2000, medium: 1000, auto: 1000, high: 500 };

/** How long a silence ends the person's turn; null: none does. */
export function toSilenceMs({ audio }: SessionSettings): number | null {
  const detection = audio.input.turn_detection;
  if (detection === null) return null;
  return detection.type === 'server_vad' ? detection.silence_duration_ms : semanticSilenceMs[detection.eagerness];
}
