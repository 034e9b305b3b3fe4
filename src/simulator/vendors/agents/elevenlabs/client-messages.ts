/** What a client may send in a conversation with an agent, read from its JSON. */
import { z } from 'zod';

const variables = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

const initiation = z.object({
  type: z.literal('conversation_initiation_client_data'),
  conversation_config_override: z
    .object({
      agent: z
        .object({
          first_message: z.string().optional(),
          language: z.string().optional(),
          prompt: z.object({ prompt: z.string().optional() }).optional(),
        })
        .optional(),
      tts: z.object({ voice_id: z.string().optional() }).optional(),
    })
    .nullish(),
  dynamic_variables: variables.nullish(),
});

const message = z.discriminatedUnion('type', [
  initiation,
  z.object({ type: z.literal('pong'), event_id: z.coerce.number() }),
  z.object({ type: z.literal('user_message'), text: z.string().nullish() }),
  z.object({ type: z.literal('user_activity') }),
  z.object({ type: z.literal('contextual_update'), text: z.string(), context_id: z.string().nullish() }),
  z.object({
    type: z.literal('client_tool_result'),
    tool_call_id: z.string(),
    result: z.string(),
    is_error: z.boolean(),
  }),
  z.object({ type: z.literal('mcp_tool_approval_result') }),
  z.object({ type: z.literal('feedback') }),
  z.object({ type: z.literal('multimodal_message') }),
]);

export type InitiationData = z.infer<typeof initiation>;
export type ClientMessage =
  | z.infer<typeof message>
  | { type: 'audio'; bytes: Uint8Array }
  | { type: 'invalid'; problem: string };

export function parseClientMessage(data: string | Uint8Array): ClientMessage {
  if (typeof data !== 'string') return { type: 'invalid', problem: 'Messages must be JSON text' };
  let json: unknown;
  try {
    json = JSON.parse(data);
  } catch {
    return { type: 'invalid', problem: 'Message is not valid JSON' };
  }
  if (typeof json === 'object' && json !== null && 'user_audio_chunk' in json) {
    const { user_audio_chunk: chunk } = json;
    if (typeof chunk === 'string') return { type: 'audio', bytes: Buffer.from(chunk, 'base64') };
    return { type: 'invalid', problem: 'user_audio_chunk must be a base64 string' };
  }
  const parsed = message.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return { type: 'invalid', problem: `Invalid message received: ${issue?.path.join('.')} ${issue?.message}`.trim() };
}
