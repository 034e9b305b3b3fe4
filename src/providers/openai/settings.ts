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
} as const;
