/** The environment variables of Deepgram: the one source for checks, forms and docs. */
import { z } from 'zod';

export const settings = {
  DEEPGRAM_API_KEY: {
    schema: z.string().trim().min(1).optional(),
    meaning: 'Key of Deepgram, which can hear (nova, flux) and speak (aura).',
    secret: true,
  },
  DEEPGRAM_BASE_URL: {
    schema: z
      .url({ protocol: /^https?$/u })
      .transform((url) => url.replace(/\/+$/u, ''))
      .default('https://api.deepgram.com'),
    meaning: 'Where Deepgram is; sockets are opened at the same place by ws or wss.',
    secret: false,
  },
  DEEPGRAM_STT_MODEL: {
    schema: z.string().trim().min(1).default('flux-general-en'),
    meaning:
      'What hears: flux-general-en or flux-general-multi decide when a turn is over, nova-3 and older ones do not.',
    secret: false,
  },
  DEEPGRAM_TTS_MODEL: {
    schema: z.string().trim().min(1).default('aura-2-thalia-en'),
    meaning: 'The voice that speaks where an assistant names none.',
    secret: false,
  },
} as const;
