/** The frames of an ElevenLabs agent's conversation: what we send as JSON text, and what we take from what comes. */
import { z } from 'zod';
import type { SocketFailure } from '../../base/vendor-socket.ts';
import type { ToolCall } from '../../ports/language-model.ts';
import type { AgentRequest } from '../../ports/voice-agent.ts';
import type { Alignment } from './text-to-speech-codec.ts';
import { toLanguageCode } from './wire-forms.ts';

/** @see https://elevenlabs.io/docs/agents-platform/libraries/web-sockets, as of 2026-11-20 */
export type AgentFrame =
  | { type: 'metadata'; agentFormat: string; personFormat: string }
  | { type: 'sound'; eventId: number; sound: Uint8Array; alignment: Alignment | null }
  | { type: 'text'; text: string }
  | { type: 'interruption'; eventId: number }
  | { type: 'person-said'; text: string }
  | { type: 'ping'; eventId: number; delayMs: number }
  | { type: 'tool-called'; call: ToolCall }
  /** The agent chose to say nothing. */
  | { type: 'skipped' }
  | { type: 'alive' }
  | { type: 'failed'; failure: SocketFailure };

/** What of the agent's own settings an assistant may replace; each must be allowed in the agent's security settings. */
export type AgentOverride = 'prompt' | 'first_message' | 'language' | 'voice';

export function toInitiation(request: AgentRequest, overrides: readonly AgentOverride[]): string {
  const prompt = request.messages.filter((message) => message.role === 'system').map((message) => message.content);
  const agent = {
    ...(overrides.includes('prompt') ? { prompt: { prompt: prompt.join('\n\n') } } : {}),
    ...(overrides.includes('first_message') && request.greeting !== null ? { first_message: request.greeting } : {}),
    ...(overrides.includes('language') ? { language: toLanguageCode(request.language) } : {}),
  };
  const tts = overrides.includes('voice') && request.voice !== null ? { voice_id: request.voice } : {};
  const override = {
    ...(Object.keys(agent).length > 0 ? { agent } : {}),
    ...(Object.keys(tts).length > 0 ? { tts } : {}),
  };
  return JSON.stringify({
    type: 'conversation_initiation_client_data',
    ...(Object.keys(override).length > 0 ? { conversation_config_override: override } : {}),
    dynamic_variables: request.dynamicVariables,
  });
}

/** What was said before this conversation, for an agent that goes on with it; null for nothing. */
export function toEarlierWords({ messages }: Pick<AgentRequest, 'messages'>): string | null {
  const firstSaid = messages.findIndex(({ role }) => role !== 'system');
  const lines = messages.flatMap((message, at) => {
    if (message.role === 'user') return [`Person: ${message.content}`];
    // What stands before everything said is the agent's own prompt; later ones were given while it talked.
    if (message.role === 'system') return at > firstSaid && firstSaid >= 0 ? [`Instruction: ${message.content}`] : [];
    return message.role === 'assistant' && message.content !== '' ? [`You: ${message.content}`] : [];
  });
  if (lines.length === 0) return null;
  return `This call has been going on already. Do not greet again; go on from here:\n${lines.join('\n')}`;
}

/** The hot path: base64 needs no escaping. */
export function toPersonSound(sound: Uint8Array): string {
  return `{"user_audio_chunk":"${Buffer.from(sound.buffer, sound.byteOffset, sound.byteLength).toString('base64')}"}`;
}

export const agentFrames = {
  pong: (eventId: number) => JSON.stringify({ type: 'pong', event_id: eventId }),
  context: (text: string) => JSON.stringify({ type: 'contextual_update', text }),
  typed: (text: string) => JSON.stringify({ type: 'user_message', text }),
  toolResult: (result: { id: string; content: string; failed: boolean }) =>
    JSON.stringify({
      type: 'client_tool_result',
      tool_call_id: result.id,
      result: result.content,
      is_error: result.failed,
    }),
};

const text = z.string().catch('');
/** Some frames of some versions carry numbers as text. */
const count = z.coerce.number().finite().catch(0);

const frames = {
  conversation_initiation_metadata: z
    .object({
      conversation_initiation_metadata_event: z.object({
        agent_output_audio_format: text,
        user_input_audio_format: text,
      }),
    })
    .transform(
      ({ conversation_initiation_metadata_event: event }): AgentFrame => ({
        type: 'metadata',
        agentFormat: event.agent_output_audio_format,
        personFormat: event.user_input_audio_format,
      }),
    ),
  agent_response: z
    .object({ agent_response_event: z.object({ agent_response: z.string() }) })
    .transform(({ agent_response_event: event }): AgentFrame => ({ type: 'text', text: event.agent_response })),
  interruption: z
    .object({ interruption_event: z.object({ event_id: count }) })
    .transform(({ interruption_event: event }): AgentFrame => ({ type: 'interruption', eventId: event.event_id })),
  user_transcript: z
    .object({ user_transcription_event: z.object({ user_transcript: z.string() }) })
    .transform(
      ({ user_transcription_event: event }): AgentFrame => ({ type: 'person-said', text: event.user_transcript }),
    ),
  ping: z.object({ ping_event: z.object({ event_id: count, ping_ms: count.nullish() }) }).transform(
    ({ ping_event: event }): AgentFrame => ({
      type: 'ping',
      eventId: event.event_id,
      delayMs: Math.min(Math.max(event.ping_ms ?? 0, 0), 10_000),
    }),
  ),
  client_tool_call: z
    .object({
      client_tool_call: z.object({
        tool_name: z.string(),
        tool_call_id: z.string(),
        parameters: z.record(z.string(), z.unknown()).catch({}),
      }),
    })
    .transform(
      ({ client_tool_call: { tool_name, tool_call_id, parameters } }): AgentFrame => ({
        type: 'tool-called',
        call: { id: tool_call_id, name: tool_name, argumentsJson: JSON.stringify(parameters) },
      }),
    ),
  agent_tool_response: z
    .object({ agent_tool_response: z.object({ tool_name: text }) })
    .transform(
      ({ agent_tool_response: { tool_name } }): AgentFrame =>
        tool_name === 'skip_turn' ? { type: 'skipped' } : { type: 'alive' },
    ),
  error: z
    .object({ error_event: z.object({ error_type: text, message: text, reason: text }) })
    .transform(({ error_event: event }): AgentFrame => toFailure(event)),
} as const;

const isKnown = (type: unknown): type is keyof typeof frames => typeof type === 'string' && Object.hasOwn(frames, type);
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isNumbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'number' && Number.isFinite(item));

/** The frame; a kind that we have no use for is a sign of life. Null for what makes no sense. */
export function decodeAgentFrame(data: string | Uint8Array): AgentFrame | null {
  const fields = toFields(data);
  if (!fields) return null;
  if (fields.type === 'audio') return toSound(fields.audio_event);
  if (!isKnown(fields.type)) return typeof fields.type === 'string' ? { type: 'alive' } : null;
  const parsed = frames[fields.type].safeParse(fields);
  return parsed.success ? parsed.data : null;
}

function toFields(data: string | Uint8Array): Record<string, unknown> | null {
  if (typeof data !== 'string') return null;
  try {
    const parsed: unknown = JSON.parse(data);
    return isRecord(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

function toSound(event: unknown): AgentFrame | null {
  if (!isRecord(event) || typeof event.audio_base_64 !== 'string') return null;
  const eventId = Number(event.event_id);
  return {
    type: 'sound',
    eventId: Number.isFinite(eventId) ? eventId : Number.POSITIVE_INFINITY,
    sound: Buffer.from(event.audio_base_64, 'base64'),
    alignment: toAlignment(event.alignment),
  };
}

function toAlignment(value: unknown): Alignment | null {
  if (!isRecord(value)) return null;
  const { chars, char_start_times_ms: startsMs, char_durations_ms: durationsMs } = value;
  const isText = Array.isArray(chars) && chars.every((char) => typeof char === 'string');
  if (!isText || !isNumbers(startsMs) || !isNumbers(durationsMs)) return null;
  if (startsMs.length < chars.length || durationsMs.length < chars.length) return null;
  return { chars, startsMs, endsMs: startsMs.map((startMs, at) => startMs + (durationsMs[at] ?? 0)) };
}

/** These concern one tool of the agent's own; the conversation goes on. */
const passing = ['mcp_tool_error', 'mcp_https_error'];
/** What is wrong with the agent's settings, or with what we sent it. */
const lasting = [
  'invalid_message',
  'value_error',
  'missing_fields',
  'override_error',
  'missing_dynamic_variable',
  'missing_dynamic_variable_transfer',
  'safety_violation',
];

function toFailure(event: { error_type: string; message: string; reason: string }): AgentFrame {
  if (passing.includes(event.error_type)) return { type: 'alive' };
  const said = [event.error_type, event.message || event.reason].filter((part) => part !== '').join(': ');
  const kind = lasting.includes(event.error_type) ? 'refused' : 'unavailable';
  return { type: 'failed', failure: { kind, message: `elevenlabs reports ${said.slice(0, 300)}` } };
}
