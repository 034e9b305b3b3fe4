/** What a client may send to a Realtime session, read from its JSON, and how each mistake is answered. */
import { z } from 'zod';
import { responseSettings, sessionUpdate } from './session-settings.ts';

const content = z.array(
  z.looseObject({ type: z.string(), text: z.string().optional(), transcript: z.string().optional() }),
);

const item = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('message'),
    id: z.string().max(32).optional(),
    role: z.enum(['system', 'user', 'assistant']),
    content,
  }),
  z.looseObject({
    type: z.literal('function_call'),
    id: z.string().max(32).optional(),
    call_id: z.string(),
    name: z.string(),
    arguments: z.string(),
  }),
  z.looseObject({
    type: z.literal('function_call_output'),
    id: z.string().max(32).optional(),
    call_id: z.string(),
    output: z.string(),
  }),
]);

const eventId = { event_id: z.string().optional() };

const event = z.discriminatedUnion('type', [
  z.strictObject({ ...eventId, type: z.literal('session.update'), session: sessionUpdate }),
  z.strictObject({ ...eventId, type: z.literal('input_audio_buffer.append'), audio: z.base64() }),
  z.strictObject({ ...eventId, type: z.literal('input_audio_buffer.commit') }),
  z.strictObject({ ...eventId, type: z.literal('input_audio_buffer.clear') }),
  z.strictObject({
    ...{ ...eventId, type: z.literal('conversation.item.create') },
    ...{ item, previous_item_id: z.string().nullable().optional() },
  }),
  z.strictObject({
    ...{ ...eventId, type: z.literal('conversation.item.truncate'), item_id: z.string() },
    ...{ content_index: z.literal(0), audio_end_ms: z.int().min(0) },
  }),
  z.strictObject({ ...eventId, type: z.literal('conversation.item.delete'), item_id: z.string() }),
  z.strictObject({ ...eventId, type: z.literal('conversation.item.retrieve'), item_id: z.string() }),
  z.strictObject({ ...eventId, type: z.literal('response.create'), response: responseSettings.nullable().optional() }),
  z.strictObject({ ...eventId, type: z.literal('response.cancel'), response_id: z.string().optional() }),
  z.strictObject({ ...eventId, type: z.literal('output_audio_buffer.clear') }),
]);

export type ClientEvent = z.infer<typeof event>;
export type ClientItem = z.infer<typeof item>;

/** As it stands in an `error` event. */
export interface ClientMistake {
  code: string | null;
  message: string;
  param: string | null;
  event_id: string | null;
}

export type ReadEvent =
  | { type: 'event'; event: ClientEvent }
  /** The one that comes fifty times a second. */
  | { type: 'sound'; wire: Uint8Array }
  | { type: 'mistake'; mistake: ClientMistake };

const append = 'input_audio_buffer.append';

export function parseClientEvent(data: string | Uint8Array): ReadEvent {
  const json = typeof data === 'string' ? toJson(data) : null;
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return toMistake({ code: 'invalid_json', message: 'The server could not parse the JSON body.' });
  }
  if ('audio' in json && typeof json.audio === 'string' && 'type' in json && json.type === append) {
    return { type: 'sound', wire: Buffer.from(json.audio, 'base64') };
  }
  const parsed = event.safeParse(json, { reportInput: true });
  if (parsed.success) return { type: 'event', event: parsed.data };
  const [issue] = parsed.error.issues;
  const eventId = 'event_id' in json && typeof json.event_id === 'string' ? json.event_id : null;
  return toMistake({ ...(issue ? describe(issue) : {}), event_id: eventId });
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function toMistake(known: Partial<ClientMistake>): ReadEvent {
  const mistake = { code: 'invalid_value', message: 'Invalid event.', param: null, event_id: null, ...known };
  return { type: 'mistake', mistake };
}

function describe(issue: z.core.$ZodIssue): Partial<ClientMistake> {
  const path = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const param = [...issue.path, issue.keys[0]].join('.');
    return { code: 'unknown_parameter', message: `Unknown parameter: '${param}'.`, param };
  }
  const isMissing = (issue.code === 'invalid_type' || issue.code === 'invalid_value') && issue.input === undefined;
  if (isMissing)
    return { code: 'missing_required_parameter', message: `Missing required parameter: '${path}'.`, param: path };
  return { code: 'invalid_value', message: `Invalid value at '${path}': ${issue.message}`, param: path };
}
