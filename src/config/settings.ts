/** Every setting there is: its form, meaning, default and whether it is a secret; docs and .env.example follow it. */
import { z } from 'zod';
import { settings as openAiSettings } from '../providers/openai/settings.ts';
import { twilioSettings } from '../providers/twilio/settings.ts';

export interface Setting {
  schema: z.ZodType;
  meaning: string;
  secret: boolean;
}

/** Digits alone: what `Number` also takes (blanks, 0x10, 1e3) is more likely a slip than a number. */
function numberFrom(form: RegExp, range: { above: number; most: number; words: string }) {
  return z
    .string()
    .regex(form, range.words)
    .transform(Number)
    .refine((number) => number > range.above && number <= range.most, range.words);
}

const wholeNumber = (least: number, most: number) =>
  numberFrom(/^\d{1,9}$/, { above: least - 1, most, words: `must be a whole number from ${least} to ${most}` });

const yesOrNo = z.enum(['true', 'false']).transform((text) => text === 'true');

/** Paths are put after it and signatures are checked against it, so it holds nothing but a host and perhaps a path. */
const isBareAddress = (address: string) => !/[?#@]/.test(address);

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
  PORT: {
    schema: wholeNumber(0, 65_535).default(3000),
    meaning: 'The port the server listens on; 0 takes a free one.',
    secret: false,
  },
  HOST: {
    schema: z.string().min(1).default('127.0.0.1'),
    meaning: 'The address the server listens on; 127.0.0.1 is for this machine only.',
    secret: false,
  },
  PUBLIC_URL: {
    schema: z
      .url({ protocol: /^https?$/ })
      .refine(isBareAddress, 'must be an address without user, query or fragment')
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
    schema: z
      .url({
        protocol: /^postgres(ql)?$/,
        error: 'must be an address like postgres://user:password@host:5432/database',
      })
      .optional(),
    meaning: 'A Postgres server instead of the embedded database.',
    secret: true,
  },
  CALLS_PER_SECOND: {
    schema: numberFrom(/^\d{1,4}(\.\d{1,6})?$/, {
      above: 0,
      most: 1000,
      words: 'must be a number above 0, 1000 at most',
    }).default(1),
    meaning: 'How many calls a second the carrier is asked for.',
    secret: false,
  },
  MAX_CONCURRENT_CALLS: {
    schema: wholeNumber(1, 100_000).default(50),
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
