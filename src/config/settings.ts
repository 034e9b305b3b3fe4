/** Every setting there is: its form, meaning, default and whether it is a secret; docs and .env.example follow it. */
import { getCountries } from 'libphonenumber-js/max';
import { z } from 'zod';
import { parseMicros } from '../base/money.ts';
import { isNetwork } from '../base/network-rules.ts';
import { settings as cartesiaSettings } from '../providers/cartesia/settings.ts';
import { settings as deepgramSettings } from '../providers/deepgram/settings.ts';
import { elevenLabsSettings } from '../providers/elevenlabs/settings.ts';
import { settings as openAiSettings } from '../providers/openai/settings.ts';
import { s3Settings } from '../providers/s3/settings.ts';
import { twilioSettings } from '../providers/twilio/settings.ts';
import { telemetrySettings } from '../telemetry/telemetry-settings.ts';

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

const money = z
  .string()
  .regex(/^\d{1,9}(\.\d{1,6})?$/, 'must be an amount of money, for example 25 or 2.50')
  .transform((text) => parseMicros(text) ?? 0);

const yesOrNo = z.enum(['true', 'false']).transform((text) => text === 'true');

/** Paths are put after it and signatures are checked against it, so it holds nothing but a host and perhaps a path. */
const isBareAddress = (address: string) => !/[?#@]/.test(address);

export const openableDialects = ['call-customer', 'outbound-call', 'calls-initiate'] as const;
export type OpenableDialect = (typeof openableDialects)[number];

const commaParts = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

const commaList = commaParts.pipe(z.array(z.enum(openableDialects)));

const countryWords = 'must be two-letter codes of countries, separated by commas, for example US,CA';
const countryCodes: readonly string[] = getCountries();
const countryList = commaParts
  .transform((parts) => parts.map((part) => part.toUpperCase()))
  .refine((parts) => parts.length > 0 && parts.every((part) => countryCodes.includes(part)), countryWords);

const networkList = commaParts.refine(
  (parts) => parts.every(isNetwork),
  'must be networks or addresses, separated by commas, for example 10.1.0.0/16,192.168.7.7',
);

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
  ADMIN_EMAIL: {
    schema: z.email('must be an email address').max(254).optional(),
    meaning: 'With ADMIN_PASSWORD: makes the first administrator at start, while there is none.',
    secret: false,
  },
  ADMIN_PASSWORD: {
    schema: z
      .string()
      .min(12, 'must have 12 characters at least')
      .max(200, 'must have 200 characters at most')
      .optional(),
    meaning: 'The password of the first administrator; without it the first start prints a set-up code.',
    secret: true,
  },
  TRUST_PROXY: {
    schema: yesOrNo.default(false),
    meaning:
      'Whether a proxy of your own stands before the server, so that the last address of X-Forwarded-For is the one to count failed logins by.',
    secret: false,
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
  CALLS_PER_MINUTE_PER_NUMBER: {
    schema: wholeNumber(1, 60_000).optional(),
    meaning:
      'How many calls a minute may be made from one number of your own, evenly spread, unless calls_per_minute of the number says otherwise. By default there is no limit.',
    secret: false,
  },
  ALLOWED_COUNTRIES: {
    schema: countryList.optional(),
    meaning:
      'The countries that may be called, as two-letter codes separated by commas. By default those of your own numbers.',
    secret: false,
  },
  CALLS_PER_NUMBER_PER_DAY: {
    schema: wholeNumber(0, 1_000_000).optional(),
    meaning:
      'How often one number may be called for one client in 24 hours. By default 3 with a real account, and no limit where no phone is real.',
    secret: false,
  },
  CALLS_PER_NUMBER_PER_WEEK: {
    schema: wholeNumber(0, 1_000_000).optional(),
    meaning:
      'How often one number may be called for one client in 7 days. By default 10 with a real account, and no limit where no phone is real.',
    secret: false,
  },
  KEEP_RECORDINGS_DAYS: {
    schema: wholeNumber(1, 36_500).optional(),
    meaning: 'After how many days recordings are erased, here and at the carrier. By default they are kept.',
    secret: false,
  },
  KEEP_TRANSCRIPTS_DAYS: {
    schema: wholeNumber(1, 36_500).optional(),
    meaning: 'After how many days what was said in a call is erased. By default it is kept.',
    secret: false,
  },
  CALLS_PER_BLOCK_PER_HOUR: {
    schema: wholeNumber(0, 1_000_000).optional(),
    meaning:
      'How many calls an hour may go to numbers that are alike but for their last four digits, as those of thieves are. By default there is no limit.',
    secret: false,
  },
  NEW_CLIENT_CALLS_PER_DAY: {
    schema: wholeNumber(0, 1_000_000).optional(),
    meaning:
      'How many calls in 24 hours a client may make in its first week, unless its own calls_per_day says otherwise. By default there is no limit.',
    secret: false,
  },
  ON_DO_NOT_CALL: {
    schema: z.enum(['finish', 'end']).default('finish'),
    meaning:
      'What becomes of a conversation while which the number comes onto a do-not-call list: finish lets it go on, end ends it within 2 seconds.',
    secret: false,
  },
  DIAL_RULES_FILE: {
    schema: z.string().min(1).optional(),
    meaning:
      'A JSON file with hours, calls a day and holidays of states and countries, whose entries replace those that come along.',
    secret: false,
  },
  REQUIRE_CONSENT: {
    schema: commaParts.pipe(z.array(z.enum(['calls', 'recording', 'marketing']))).default([]),
    meaning: 'What a person must have agreed to before any call, separated by commas: calls, recording, marketing.',
    secret: false,
  },
  SPEND_CURRENCY: {
    schema: z
      .string()
      .regex(/^[A-Z]{3}$/, 'must be three letters, for example USD')
      .default('USD'),
    meaning: 'The currency of prices, caps and costs: the one in which the carrier charges you.',
    secret: false,
  },
  SPEND_CAP_PER_CALL: {
    schema: money.optional(),
    meaning: 'The most that one call may be able to cost. By default there is no cap.',
    secret: false,
  },
  SPEND_CAP_PER_DAY: {
    schema: money.optional(),
    meaning:
      'The most that all calls of a day (UTC) may cost; none is dialled that could exceed it. By default there is no cap.',
    secret: false,
  },
  SPEND_CAP_PER_MONTH: {
    schema: money.optional(),
    meaning: 'The most that all calls of a month (UTC) may cost. By default there is no cap.',
    secret: false,
  },
  UNKNOWN_PRICES: {
    schema: z.enum(['deny', 'allow']).default('deny'),
    meaning: 'Whether a call of which a part has no price is dialled where a cap holds.',
    secret: false,
  },
  REQUESTS_PER_MINUTE: {
    schema: wholeNumber(1, 1_000_000).default(600),
    meaning:
      "How many requests one client, or one address without a key, may make a minute; a fifth of them may change something. The operator's own people may make 100 times as many.",
    secret: false,
  },
  OPEN_DIALECTS: {
    schema: commaList.default([]),
    meaning: `Request forms that need no key even with a real carrier or a public address: any of ${openableDialects.join(', ')}.`,
    secret: false,
  },
  TRUSTED_NETWORKS: {
    schema: networkList.default([]),
    meaning:
      'Networks beside the public one that webhooks and tools of assistants may reach, also by plain http: networks or addresses, separated by commas.',
    secret: false,
  },
  RECORD_CALLS: {
    schema: yesOrNo.optional(),
    meaning:
      'Whether calls on audio streams are recorded here, each side on a channel of its own; by default only those of the simulated network. In many places everybody on the line must know.',
    secret: false,
  },
  LINE_RULES_FILE: {
    schema: z.string().optional(),
    meaning:
      'A JSON file with your own table of what a person on the line must be told, by country and state, instead of src/call/line-rules/usual-line-rules.json.',
    secret: false,
  },
  DELETE_CARRIER_RECORDINGS: {
    schema: yesOrNo.default(false),
    meaning: "Whether the carrier's copy of a recording is deleted once ours is kept and was read back whole.",
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
export const allSettings = {
  ...serverSettings,
  ...twilioSettings,
  ...openAiSettings,
  ...deepgramSettings,
  ...elevenLabsSettings,
  ...cartesiaSettings,
  ...s3Settings,
  ...telemetrySettings,
} satisfies Record<string, Setting>;

export type SettingName = keyof typeof allSettings;
