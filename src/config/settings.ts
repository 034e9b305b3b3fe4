/** Every setting there is: its form, meaning, default and whether it is a secret; docs and .env.example follow it. */
import { z } from 'zod';
import { settings as openAiSettings } from '../providers/openai/settings.ts';
import { twilioSettings } from '../providers/twilio/settings.ts';

export interface Setting {
  schema: z.ZodType;
  meaning: string;
  secret: boolean;
}

const port = z.coerce.number().int().min(0).max(65_535);
const yesOrNo = z.enum(['true', 'false']).transform((text) => text === 'true');

export const openableDialects = ['call-customer', 'outbound-call', 'calls-initiate'] as const;
export type OpenableDialect = (typeof openableDialects)[number];

const commaList = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  )
  .pipe(z.array(z.enum(openableDialects)));

export const serverSettings = {
  PORT: { schema: port.default(3000), meaning: 'The port the server listens on; 0 takes a free one.', secret: false },
  HOST: {
    schema: z.string().min(1).default('127.0.0.1'),
    meaning: 'The address the server listens on; 127.0.0.1 is for this machine only.',
    secret: false,
  },
  PUBLIC_URL: {
    schema: z
      .url({ protocol: /^https?$/ })
      .transform((url) => url.replace(/\/+$/, ''))
      .optional(),
    meaning:
      'Where the carrier reaches this server; webhooks and sockets are on it, and signatures are checked against it. By default http://localhost and the port.',
    secret: false,
  },
  DATA_DIR: {
    schema: z.string().min(1).default('./data'),
    meaning: 'Where the embedded database, recordings and the secrets made at first start are kept.',
    secret: false,
  },
  DATABASE_URL: {
    schema: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
    meaning: 'A Postgres server instead of the embedded database.',
    secret: true,
  },
  CALLS_PER_SECOND: {
    schema: z.coerce.number().positive().max(1000).default(1),
    meaning: 'How many calls a second the carrier is asked for.',
    secret: false,
  },
  MAX_CONCURRENT_CALLS: {
    schema: z.coerce.number().int().positive().max(100_000).default(50),
    meaning: 'How many calls may live at once.',
    secret: false,
  },
  OPEN_DIALECTS: {
    schema: commaList.default([]),
    meaning: `Request forms that need no key even with a real carrier or a public address: any of ${openableDialects.join(', ')}.`,
    secret: false,
  },
  LOG_PII: {
    schema: yesOrNo.default(false),
    meaning: 'Whether personal data (numbers, parameters, what was said) is written to the log.',
    secret: false,
  },
  LOG_LEVEL: {
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
    meaning: 'The least important kind of line that is logged.',
    secret: false,
  },
} as const;

/** All settings by name. */
export const allSettings = { ...serverSettings, ...twilioSettings, ...openAiSettings } satisfies Record<
  string,
  Setting
>;

export type SettingName = keyof typeof allSettings;
