/** The environment variables of a Twilio account: their form, meaning and default. */
import { z } from 'zod';

export const twilioSettings = {
  TWILIO_ACCOUNT_SID: {
    schema: z.string().regex(/^AC[0-9a-f]{32}$/i, 'must be "AC" and 32 hexadecimal digits'),
    meaning: 'The Twilio account that places and pays for calls.',
    secret: false,
  },
  TWILIO_AUTH_TOKEN: {
    schema: z.string().min(1),
    meaning: 'The primary auth token of that account: signs in to its REST API and checks its webhooks.',
    secret: true,
  },
  TWILIO_AUTH_TOKEN_SECONDARY: {
    schema: z.string().min(1).optional(),
    meaning: 'The other auth token while tokens are being rotated: webhooks signed with it are accepted too.',
    secret: true,
  },
  TWILIO_PHONE_NUMBER: {
    schema: z.string().regex(/^\+[1-9]\d{1,14}$/, 'must be a phone number in E.164 format, for example +12125551234'),
    meaning: 'The number of that account that calls are made from.',
    secret: false,
  },
  TWILIO_API_BASE_URL: {
    schema: z
      .url({ protocol: /^https?$/ })
      .transform((url) => url.replace(/\/+$/, ''))
      .default('https://api.twilio.com'),
    meaning: "Where Twilio's REST API is; another endpoint that speaks it, such as a simulator, works too.",
    secret: false,
  },
} as const;
