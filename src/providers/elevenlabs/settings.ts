/** The environment variables of ElevenLabs: the one source for checks, forms and docs. */
import { z } from 'zod';

const word = z.string().trim().min(1);

export const elevenLabsSettings = {
  ELEVENLABS_API_KEY: {
    schema: word.optional(),
    meaning: 'Key of an ElevenLabs account, for its voices, its recognizer and its agents.',
    secret: true,
  },
  ELEVENLABS_BASE_URL: {
    schema: z
      .url({ protocol: /^https?$/u })
      .transform((url) => url.replace(/\/+$/u, ''))
      .default('https://api.elevenlabs.io'),
    meaning:
      'Where ElevenLabs is asked, without /v1; a residency of its own has another address. Sockets go there too.',
    secret: false,
  },
  ELEVENLABS_AGENT_ID: {
    schema: word.optional(),
    meaning: 'The agent, made at ElevenLabs, that holds conversations by itself.',
    secret: false,
  },
  ELEVENLABS_VOICE_ID: {
    schema: word.default('JBFqnCBsd6RMkjVDRZzb'),
    meaning: 'The voice that speaks where an assistant names none.',
    secret: false,
  },
  ELEVENLABS_TTS_MODEL: {
    schema: word.default('eleven_flash_v2_5'),
    meaning: 'The model that speaks.',
    secret: false,
  },
  ELEVENLABS_STT_MODEL: {
    schema: word.default('scribe_v2_realtime'),
    meaning: 'The model that listens.',
    secret: false,
  },
} as const;
