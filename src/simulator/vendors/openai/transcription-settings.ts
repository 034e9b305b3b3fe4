/** What an application may ask of simulated OpenAI transcription. */
import { z } from 'zod';

const turnDetection = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('server_vad'),
    threshold: z.number().min(0).max(1).optional(),
    prefix_padding_ms: z.number().min(0).default(300),
    silence_duration_ms: z.number().min(0).default(500),
  }),
  z.object({ type: z.literal('semantic_vad'), eagerness: z.enum(['low', 'medium', 'high', 'auto']).default('auto') }),
]);

const models = z.enum([
  'whisper-1',
  'gpt-4o-transcribe',
  'gpt-4o-mini-transcribe',
  'gpt-4o-mini-transcribe-2025-12-15',
  'gpt-4o-transcribe-diarize',
  'gpt-transcribe',
  'gpt-live-transcribe',
  'gpt-realtime-whisper',
]);

const input = z.object({
  format: z.object({ type: z.literal('audio/pcmu', { error: 'the simulated vendor hears audio/pcmu only' }) }),
  noise_reduction: z.object({ type: z.enum(['near_field', 'far_field']) }).nullish(),
  transcription: z.object({ model: models, language: z.string().optional() }),
  turn_detection: turnDetection.nullish(),
});

export const sessionUpdate = z.object({
  session: z.object({
    type: z.literal('transcription', { error: 'this session is for transcription' }),
    audio: z.object({ input }),
  }),
});
export type TranscriptionInput = z.output<typeof input>;

const semanticMs = { low: 900, medium: 700, high: 400, auto: 700 };

/** How long a silence ends speech; null: only a commit does. */
export function toSilenceMs({ turn_detection: detection }: TranscriptionInput): number | null {
  if (detection === null) return null;
  if (detection?.type === 'semantic_vad') return semanticMs[detection.eagerness];
  return detection?.silence_duration_ms ?? 500;
}

/** Whether the model tells words as they are said, rather than when the turn is over. */
export function tellsWordsAtOnce({ transcription }: TranscriptionInput): boolean {
  return ['gpt-live-transcribe', 'gpt-realtime-whisper'].includes(transcription.model);
}
