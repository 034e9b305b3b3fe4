/** What an application may ask of simulated Cartesia Sonic. */
import { z } from 'zod';
import type { SoundEncoding } from '../wire-sound.ts';

const soundEncodings = {
  'pcm_mulaw 8000': 'mulaw-8000',
  'pcm_s16le 8000': 'pcm-8000',
  'pcm_s16le 24000': 'pcm-24000',
} as const satisfies Record<string, SoundEncoding>;

const voice = z.union([z.string().min(1), z.object({ mode: z.literal('id').optional(), id: z.string().min(1) })]);

const outputFormat = z
  .object({ container: z.literal('raw'), encoding: z.string(), sample_rate: z.number() })
  .transform(({ encoding, sample_rate }, context): SoundEncoding => {
    const found = Object.entries(soundEncodings).find(([name]) => name === `${encoding} ${sample_rate}`);
    if (found) return found[1];
    context.addIssue({ code: 'custom', message: 'the simulated vendor does not make this output_format' });
    return z.NEVER;
  });

export const cancelOrder = z.object({ context_id: z.string().min(1), cancel: z.literal(true) });

export const sonicOrder = z
  .object({
    context_id: z.string().min(1),
    model_id: z.string().regex(/^sonic-(?:[\d.]+|latest)(?:-\d{4}-\d{2}-\d{2})?$/u, 'there is no such model'),
    transcript: z.string(),
    voice: voice.transform((given) => (typeof given === 'string' ? given : given.id)),
    output_format: outputFormat,
    language: z.string().optional(),
    locale: z.string().optional(),
    continue: z.boolean().default(false),
    flush: z.boolean().default(false),
    max_buffer_delay_ms: z.number().min(0).max(5000).default(3000),
    add_timestamps: z.boolean().default(false),
  })
  .refine(({ language, locale }) => language === undefined || locale === undefined, {
    message: 'language and locale cannot be given both',
  });
export type SonicOrder = z.output<typeof sonicOrder>;

/** What must not change within a context. */
export function toFixedPart({
  transcript: _,
  continue: __,
  flush: ___,
  context_id: ____,
  ...fixed
}: SonicOrder): string {
  return JSON.stringify(fixed);
}
