/** What an application may ask of a simulated ElevenLabs voice, in the address and in the messages. */
import { z } from 'zod';
import { findKey } from '../check-key.ts';
import { toComplaint } from '../parse-message.ts';
import { toRefusal } from '../refusals.ts';
import type { VendorRefusal, VendorRequest } from '../vendor.ts';
import type { SoundEncoding } from '../wire-sound.ts';

export const encodings = {
  ulaw_8000: 'mulaw-8000',
  pcm_8000: 'pcm-8000',
  pcm_24000: 'pcm-24000',
} as const satisfies Record<string, SoundEncoding>;

export const models = z.enum([
  'eleven_flash_v2_5',
  'eleven_flash_v2',
  'eleven_turbo_v2_5',
  'eleven_turbo_v2',
  'eleven_multilingual_v2',
  'eleven_v3',
]);

export const outputFormat = z.enum(['ulaw_8000', 'pcm_8000', 'pcm_24000']);

const query = z.object({
  model_id: models.default('eleven_multilingual_v2'),
  output_format: outputFormat,
  inactivity_timeout: z.coerce.number().min(1).max(180).default(20),
  auto_mode: z.stringbool().default(false),
  sync_alignment: z.stringbool().default(false),
});

const schedule = z.array(z.number().min(50).max(500)).min(1);

/** A message to one context; `context_id` only where there are several. */
export const speechMessage = z.object({
  text: z.string().optional(),
  context_id: z.string().min(1).optional(),
  flush: z.boolean().default(false),
  try_trigger_generation: z.boolean().optional(),
  close_context: z.boolean().default(false),
  close_socket: z.boolean().default(false),
  voice_settings: z.record(z.string(), z.unknown()).nullish(),
  generation_config: z.object({ chunk_length_schedule: schedule.optional() }).nullish(),
  xi_api_key: z.string().optional(),
  'xi-api-key': z.string().optional(),
});
export type SpeechMessage = z.output<typeof speechMessage>;

/** The voice is a part of the path. */
export function parseSpeechRequest({ url }: VendorRequest) {
  const { data } = query.safeParse(Object.fromEntries(url.searchParams));
  const voice = /^\/v1\/text-to-speech\/([^/]+)\//u.exec(url.pathname)?.[1] ?? '';
  return data ? { ...data, voice: decodeURIComponent(voice), encoding: encodings[data.output_format] } : null;
}

export function refuseSpeechRequest(request: VendorRequest): VendorRefusal | null {
  const { error } = query.safeParse(Object.fromEntries(request.url.searchParams));
  return error ? toRefusal('elevenlabs', 400, toComplaint(error)) : null;
}

/** The key may come with the first message instead of the handshake. */
export function hasKey(request: VendorRequest, message: SpeechMessage): boolean {
  return findKey('elevenlabs', request) !== null || Boolean(message.xi_api_key ?? message['xi-api-key']);
}
