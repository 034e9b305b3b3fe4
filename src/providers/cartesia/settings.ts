/** The environment variables of Cartesia: the one source for checks, forms and docs. */
import { z } from 'zod';

export const settings = {
  CARTESIA_API_KEY: {
    schema: z.string().trim().min(1).optional(),
    meaning: 'Key of Cartesia, which can hear (ink) and speak (sonic).',
    secret: true,
  },
  CARTESIA_BASE_URL: {
    schema: z
      .url({ protocol: /^https?$/u })
      .transform((url) => url.replace(/\/+$/u, ''))
      .default('https://api.cartesia.ai'),
    meaning: 'Where Cartesia is; sockets are opened at the same place by ws or wss.',
    secret: false,
  },
  CARTESIA_STT_MODEL: {
    schema: z.string().trim().min(1).default('ink-2'),
    meaning: 'What hears: ink-2 decides when a turn is over, ink-whisper does not.',
    secret: false,
  },
  CARTESIA_TTS_MODEL: {
    schema: z.string().trim().min(1).default('sonic-3'),
    meaning: 'The model that speaks.',
    secret: false,
  },
  CARTESIA_VOICE_ID: {
    schema: z.string().trim().min(1).default('f786b574-daa5-4673-aa0c-cbe3e8534c02'),
    meaning: 'The voice that speaks where an assistant names none.',
    secret: false,
  },
} as const;
