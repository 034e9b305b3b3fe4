/** The Realtime API's frames: what we send as JSON text, and what we take from what comes. */
import { z } from 'zod';
import type { ChatMessage, ToolCall, ToolDefinition } from '../../ports/language-model.ts';
import type { AgentRequest, AgentTokens } from '../../ports/voice-agent.ts';

/** @see https://platform.openai.com/docs/api-reference/realtime-server-events, as of 2026-11-20 */
export type RealtimeEvent =
  | { type: 'configured' }
  | { type: 'speech'; active: boolean }
  | { type: 'person-said'; text: string }
  | { type: 'response-created'; response: string }
  | { type: 'item'; response: string; item: string }
  | { type: 'sound'; response: string; sound: Uint8Array }
  | { type: 'transcript'; response: string; text: string }
  | ResponseDone
  | { type: 'error'; kind: ErrorKind; message: string; regarding: string | null };

export interface ResponseDone {
  type: 'response-done';
  response: string;
  status: 'completed' | 'cancelled' | 'failed' | 'incomplete';
  calls: ToolCall[];
  /** Null where it does not say. */
  tokens: AgentTokens | null;
  /** Why it failed. */
  kind: ErrorKind;
  message: string;
}

/** `harmless`: the session goes on. `busy-talking`: a response runs already. */
export type ErrorKind = 'harmless' | 'busy-talking' | 'refused' | 'busy' | 'unavailable';

/** What of one response we ask beyond the session's settings. */
export interface ResponseOrder {
  instructions?: string;
}

const format = { type: 'audio/pcmu' } as const;

export interface SessionSettings {
  model: string;
  voice: string;
  transcriptionModel: string;
}

export function toSessionUpdate(request: AgentRequest, settings: SessionSettings): string {
  const system = request.messages.filter((message) => message.role === 'system');
  return JSON.stringify({
    type: 'session.update',
    session: {
      type: 'realtime',
      model: settings.model,
      output_modalities: ['audio'],
      instructions: system.map((message) => message.content).join('\n\n'),
      audio: {
        input: {
          format,
          transcription: { model: settings.transcriptionModel, language: request.language.split('-')[0] },
          turn_detection: {
            type: 'server_vad',
            threshold: 0.5,
            prefix_padding_ms: 300,
            silence_duration_ms: 500,
            create_response: true,
            interrupt_response: true,
          },
        },
        output: { format, voice: request.voice ?? settings.voice },
      },
      tools: request.tools.map(toTool),
      tool_choice: 'auto',
    },
  });
}

const toTool = ({ name, description, parameters }: ToolDefinition) => ({
  type: 'function',
  name,
  description,
  parameters,
});

/** What was said before, as items of the conversation. */
export function toHistory(messages: readonly ChatMessage[]): string[] {
  return messages.flatMap((message) => {
    if (message.role === 'user') return [toMessageItem('user', message.content)];
    return message.role === 'assistant' && message.content !== '' ? [toMessageItem('assistant', message.content)] : [];
  });
}

export function toMessageItem(role: 'system' | 'user' | 'assistant', text: string): string {
  const content = [{ type: role === 'assistant' ? 'output_text' : 'input_text', text }];
  return JSON.stringify({ type: 'conversation.item.create', item: { type: 'message', role, content } });
}

export function toToolResult(callId: string, output: string): string {
  const item = { type: 'function_call_output', call_id: callId, output };
  return JSON.stringify({ type: 'conversation.item.create', item });
}

export function toResponse(eventId: string, order: ResponseOrder): string {
  return JSON.stringify({
    type: 'response.create',
    event_id: eventId,
    ...(order.instructions === undefined
      ? {}
      : { response: { instructions: order.instructions, tool_choice: 'none' } }),
  });
}

export const cancelResponse = JSON.stringify({ type: 'response.cancel' });

export function toTruncation(item: string, audioEndMs: number): string {
  return JSON.stringify({
    type: 'conversation.item.truncate',
    item_id: item,
    content_index: 0,
    audio_end_ms: audioEndMs,
  });
}

/** The hot path: base64 needs no escaping. */
export function toAppend(sound: Uint8Array): string {
  const base64 = Buffer.from(sound.buffer, sound.byteOffset, sound.byteLength).toString('base64');
  return `{"type":"input_audio_buffer.append","audio":"${base64}"}`;
}

const text = z.string().catch('');
const failure = z.object({ type: text, code: text, message: text }).partial();
const errorFrame = z.object({ error: failure.extend({ event_id: z.string().nullish().catch(null) }) });
const tokenCount = z.int().min(0).catch(0);
const usage = z.object({
  input_token_details: z.object({
    text_tokens: tokenCount,
    audio_tokens: tokenCount,
    cached_tokens: tokenCount,
    cached_tokens_details: z.object({ text_tokens: tokenCount, audio_tokens: tokenCount }).nullish().catch(null),
  }),
  output_token_details: z.object({ text_tokens: tokenCount, audio_tokens: tokenCount }),
});
const doneFrame = z.object({
  response: z.object({
    id: z.string(),
    status: z.enum(['completed', 'cancelled', 'failed', 'incomplete']).catch('completed'),
    status_details: z.object({ error: failure.nullish() }).nullish().catch(null),
    output: z.array(z.unknown()).catch([]),
    usage: usage.nullish().catch(null),
  }),
});
const callItem = z.object({
  type: z.literal('function_call'),
  call_id: z.string(),
  name: z.string(),
  arguments: z.string().catch(''),
});

/** The event, or null for a kind that we have no use for. Undefined for what makes no sense. */
export function decode(frame: string): RealtimeEvent | null | undefined {
  const fields = toFields(frame);
  if (!fields) return undefined;
  const response = asText(fields.response_id);
  switch (fields.type) {
    case 'response.output_audio.delta':
      return { type: 'sound', response, sound: Buffer.from(asText(fields.delta), 'base64') };
    case 'response.output_audio_transcript.delta':
      return { type: 'transcript', response, text: asText(fields.delta) };
    case 'session.updated':
      return { type: 'configured' };
    case 'input_audio_buffer.speech_started':
      return { type: 'speech', active: true };
    case 'input_audio_buffer.speech_stopped':
      return { type: 'speech', active: false };
    case 'conversation.item.input_audio_transcription.completed':
      return { type: 'person-said', text: asText(fields.transcript) };
    case 'conversation.item.input_audio_transcription.failed':
      return { type: 'person-said', text: '' };
    case 'response.created':
      return { type: 'response-created', response: idOf(fields.response) };
    case 'response.output_item.added':
      return toItem(response, fields.item);
    case 'response.done':
      return toDone(fields);
    case 'error':
      return toError(fields);
    default:
      return typeof fields.type === 'string' ? null : undefined;
  }
}

const asText = (value: unknown) => (typeof value === 'string' ? value : '');
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const idOf = (value: unknown) => (isRecord(value) ? asText(value.id) : '');

function toFields(frame: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(frame);
    return isRecord(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

function toItem(response: string, item: unknown): RealtimeEvent | null {
  return isRecord(item) && item.type === 'message' ? { type: 'item', response, item: asText(item.id) } : null;
}

function toDone(fields: unknown): ResponseDone | undefined {
  const parsed = doneFrame.safeParse(fields);
  if (!parsed.success) return undefined;
  const { id, status, status_details, output, usage } = parsed.data.response;
  const calls = output.flatMap((item): ToolCall[] => {
    const call = callItem.safeParse(item);
    return call.success ? [{ id: call.data.call_id, name: call.data.name, argumentsJson: call.data.arguments }] : [];
  });
  const error = status_details?.error ?? {};
  return {
    type: 'response-done',
    response: id,
    status,
    calls,
    tokens: usage ? toTokens(usage) : null,
    kind: kindOf(error, 'unavailable'),
    message: wordsOf(error),
  };
}

/** What was cached is told beside the kinds and within them. */
function toTokens({ input_token_details: input, output_token_details: output }: z.infer<typeof usage>): AgentTokens {
  const cachedText = Math.min(input.cached_tokens_details?.text_tokens ?? 0, input.text_tokens);
  const cachedAudio = Math.min(input.cached_tokens_details?.audio_tokens ?? 0, input.audio_tokens);
  return {
    textInput: input.text_tokens - cachedText,
    audioInput: input.audio_tokens - cachedAudio,
    cachedInput: cachedText + cachedAudio,
    textOutput: output.text_tokens,
    audioOutput: output.audio_tokens,
  };
}

function toError(fields: unknown): RealtimeEvent | undefined {
  const parsed = errorFrame.safeParse(fields);
  if (!parsed.success) return undefined;
  const { error } = parsed.data;
  return { type: 'error', kind: kindOf(error, 'harmless'), message: wordsOf(error), regarding: error.event_id ?? null };
}

type Failure = z.infer<typeof failure>;

const wordsOf = ({ code, message }: Failure) => `OpenAI says: ${(message || code || 'no reason given').slice(0, 300)}`;

function kindOf({ type, code }: Failure, otherwise: ErrorKind): ErrorKind {
  if (code === 'conversation_already_has_active_response') return 'busy-talking';
  if (code === 'insufficient_quota' || code === 'invalid_api_key' || type === 'authentication_error') return 'refused';
  if (code === 'rate_limit_exceeded' || type === 'rate_limit_error') return 'busy';
  return code === 'session_expired' ? 'unavailable' : otherwise;
}
