/** What Deepgram sends, as far as we read it; whatever else it holds is ignored. */
import { z } from 'zod';

/** Seconds on the stream's own time. */
const seconds = z.coerce.number().catch(0);
const flag = z.boolean().catch(false);

/** @see https://developers.deepgram.com/reference/speech-to-text/listen-streaming, read on 2026-11-20 */
export const novaMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('Results'),
    start: seconds,
    is_final: flag,
    speech_final: flag,
    from_finalize: flag,
    channel: z.object({ alternatives: z.array(z.object({ transcript: z.string().catch('') })).catch([]) }),
  }),
  z.object({ type: z.literal('SpeechStarted') }),
  z.object({ type: z.literal('UtteranceEnd'), last_word_end: z.coerce.number().catch(-1) }),
  z.object({ type: z.literal('Error'), description: z.string().catch(''), message: z.string().catch('') }),
]);

export type NovaMessage = z.infer<typeof novaMessageSchema>;

/** @see https://developers.deepgram.com/reference/speech-to-text/listen-flux, read on 2026-11-20 */
export const fluxMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('TurnInfo'),
    event: z.string(),
    turn_index: z.coerce.number().nullish().catch(null),
    transcript: z.string().catch(''),
  }),
  z.object({ type: z.literal('Error'), code: z.string().catch(''), description: z.string().catch('') }),
]);

/** @see https://developers.deepgram.com/reference/text-to-speech/speak-streaming, read on 2026-11-20 */
export const auraMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('Metadata') }),
  z.object({ type: z.literal('Flushed') }),
  z.object({ type: z.literal('Cleared') }),
  z.object({
    type: z.literal('Error'),
    description: z.string().catch(''),
    err_msg: z.string().catch(''),
    message: z.string().catch(''),
  }),
]);

/** The message, or null for what makes no sense or is of no use to us. */
export function parseMessage<Schema extends z.ZodType>(schema: Schema, frame: string): z.infer<Schema> | null {
  try {
    return schema.safeParse(JSON.parse(frame)).data ?? null;
  } catch {
    return null;
  }
}
