/** The environment variables of an OpenAI-compatible language model: the one source for checks, forms and docs. */
import { z } from 'zod';

export const settings = {
  OPENAI_API_KEY: {
    schema: z.string().trim().min(1).optional(),
    meaning: 'Key of an OpenAI-compatible language model; without one a scripted assistant speaks.',
    secret: true,
  },
  OPENAI_BASE_URL: {
    schema: z
      .url({ protocol: /^https?$/u })
      .transform((url) => url.replace(/\/+$/u, ''))
      .default('https://api.openai.com/v1'),
    meaning: 'Where the model is asked, up to and including /v1; replies are streamed from /chat/completions below it.',
    secret: false,
  },
  LLM_MODEL: {
    schema: z.string().trim().min(1).default('gpt-4.1-mini'),
    meaning: 'Name of the model, as its vendor writes it.',
    secret: false,
  },
  OPENAI_STT_MODEL: {
    schema: z.string().trim().min(1).default('gpt-live-transcribe'),
    meaning: 'The model that listens, at OPENAI_BASE_URL by the Realtime protocol.',
    secret: false,
  },
  OPENAI_TTS_MODEL: {
    schema: z.string().trim().min(1).default('gpt-4o-mini-tts'),
    meaning: 'The model that speaks, at OPENAI_BASE_URL.',
    secret: false,
  },
  OPENAI_VOICE: {
    schema: z.string().trim().min(1).default('marin'),
    meaning: 'The voice of that model where an assistant names none.',
    secret: false,
  },
  OPENAI_REALTIME_MODEL: {
    schema: z.string().trim().min(1).default('gpt-realtime-2.1'),
    meaning: 'The model that holds conversations by itself, sound in and sound out.',
    secret: false,
  },
  OPENAI_REALTIME_VOICE: {
    schema: z.string().trim().min(1).default('marin'),
    meaning: 'Its voice where an assistant names none.',
    secret: false,
  },
} as const;
