/** Turns the environment into a checked configuration, or says in one line a setting what to mend. */
import { z } from 'zod';
import { CallwrightError } from '../base/errors.ts';
import { findNearMiss } from './near-miss.ts';
import { allSettings, type OpenableDialect, type SettingName } from './settings.ts';
import { type SpeechConfig, toSpeechConfig } from './speech.ts';

export interface TwilioAccount {
  accountSid: string;
  authToken: string;
  secondaryAuthToken: string | null;
  apiBaseUrl: string;
}

export interface S3Bucket {
  bucket: string;
  /** Null: Amazon's own server of the region. */
  endpoint: string | null;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
}

export interface Config {
  port: number;
  host: string;
  /** Null: http://localhost and the port that was taken. */
  publicUrl: string | null;
  dataDir: string;
  databaseUrl: string | null;
  /** Null: the simulated phone network. */
  twilio: TwilioAccount | null;
  /** The number that calls are made from. */
  phoneNumber: string;
  /** Null: the scripted assistant. */
  languageModel: { apiKey: string; baseUrl: string; model: string } | null;
  speech: SpeechConfig;
  /** Whether calls on audio streams are recorded here. */
  recordCalls: boolean;
  /** The operator's own table of what a person on the line must be told; null: the published one. */
  lineRulesFile: string | null;
  /** Whether figures are kept for Prometheus, and where traces are sent. */
  telemetry: { metrics: boolean; otlpEndpoint: string | null };
  /** The first administrator; null: a set-up code is printed. */
  admin: { email: string; password: string } | null;
  /** Whether X-Forwarded-For is believed. */
  trustProxy: boolean;
  callsPerSecond: number;
  /** From one number of ours; null: no limit. */
  callsPerMinutePerNumber: number | null;
  maxConcurrentCalls: number;
  /** Two-letter codes of the countries that may be called; null: those of the operator's own numbers. */
  allowedCountries: readonly string[] | null;
  /** How often one number may be called for one client; null: not set. */
  callsPerNumberPerDay: number | null;
  callsPerNumberPerWeek: number | null;
  /** After how many days recordings and words of calls are erased; null: never. */
  keepRecordingsDays: number | null;
  keepTranscriptsDays: number | null;
  /** Calls to numbers alike but for the last four digits, and of a new client; null: no limit. */
  callsPerBlockPerHour: number | null;
  newClientCallsPerDay: number | null;
  /** What becomes of a conversation while which the number comes onto a do-not-call list. */
  onDoNotCall: 'end' | 'finish';
  /** What a person must have agreed to before any call. */
  /** A path; null: the table that comes along. */
  dialRulesFile: string | null;
  requiredConsents: readonly ('calls' | 'recording' | 'marketing')[];
  /** Caps in micro-units of the currency; null: none. */
  spend: {
    currency: string;
    capPerCall: number | null;
    capPerDay: number | null;
    capPerMonth: number | null;
    unknownPrices: 'deny' | 'allow';
  };
  /** Of one client, or of one address that nobody is known for. */
  requestsPerMinute: number;
  openDialects: readonly OpenableDialect[];
  /** Beside the public network, for requests to URLs that clients gave. */
  trustedNetworks: readonly string[];
  /** Where recordings are kept; null: in the data directory. */
  s3: S3Bucket | null;
  deleteCarrierRecordings: boolean;
  logPii: boolean;
  logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
}

export type Environment = Record<string, string | undefined>;

/** The settings cannot be used; the message has one line for each that must be mended. */
export class BadSettings extends CallwrightError {
  constructor(lines: readonly string[]) {
    super('config/bad-settings', lines.join('\n'));
  }
}

type Values = { [Name in SettingName]: z.output<(typeof allSettings)[Name]['schema']> };

const shape = Object.fromEntries(
  Object.entries(allSettings).map(([name, setting]) => [name, setting.schema]),
) as unknown as z.ZodRawShape;

const account = ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_PHONE_NUMBER'] as const;

/** The number of the simulated account when none is set. */
const simulatedNumber = '+15551234567';

/** @throws BadSettings */
export function readConfig(environment: Environment): Config {
  const given = Object.fromEntries(
    Object.entries(environment).filter(
      ([name, value]) => Object.hasOwn(allSettings, name) && value !== undefined && value !== '',
    ),
  );
  // A number alone is no account: the simulated network then calls from it.
  const usesTwilio = given.TWILIO_ACCOUNT_SID !== undefined || given.TWILIO_AUTH_TOKEN !== undefined;
  const problems = [
    ...misspelt(environment),
    ...(usesTwilio ? missingOf(given) : []),
    ...missingOfBucket(given),
    ...halfAdministrator(given),
  ];
  const optionalAccount = Object.fromEntries(account.map((name) => [name, allSettings[name].schema.optional()]));
  const parsed = z.object({ ...shape, ...optionalAccount }).safeParse(given);
  if (!parsed.success) problems.push(...parsed.error.issues.map(toLine));
  if (problems.length > 0 || !parsed.success) throw new BadSettings(problems);
  const values = parsed.data as Values;
  const config = toConfig(values, usesTwilio);
  checkTogether(config);
  return config;
}

const toSpend = (values: Values): Config['spend'] => ({
  currency: values.SPEND_CURRENCY,
  capPerCall: values.SPEND_CAP_PER_CALL ?? null,
  capPerDay: values.SPEND_CAP_PER_DAY ?? null,
  capPerMonth: values.SPEND_CAP_PER_MONTH ?? null,
  unknownPrices: values.UNKNOWN_PRICES,
});

function toConfig(values: Values, usesTwilio: boolean): Config {
  const twilio = {
    accountSid: values.TWILIO_ACCOUNT_SID,
    authToken: values.TWILIO_AUTH_TOKEN,
    secondaryAuthToken: values.TWILIO_AUTH_TOKEN_SECONDARY ?? null,
    apiBaseUrl: values.TWILIO_API_BASE_URL,
  };
  const apiKey = values.OPENAI_API_KEY;
  return {
    port: values.PORT,
    host: values.HOST,
    publicUrl: values.PUBLIC_URL ?? null,
    dataDir: values.DATA_DIR,
    databaseUrl: values.DATABASE_URL ?? null,
    twilio: usesTwilio ? twilio : null,
    phoneNumber: values.TWILIO_PHONE_NUMBER ?? simulatedNumber,
    languageModel: apiKey ? { apiKey, baseUrl: values.OPENAI_BASE_URL, model: values.LLM_MODEL } : null,
    speech: toSpeechConfig(values),
    lineRulesFile: values.LINE_RULES_FILE ?? null,
    recordCalls: values.RECORD_CALLS ?? !usesTwilio,
    telemetry: { metrics: values.METRICS, otlpEndpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT ?? null },
    admin: toAdministrator(values),
    trustProxy: values.TRUST_PROXY,
    callsPerSecond: values.CALLS_PER_SECOND,
    callsPerMinutePerNumber: values.CALLS_PER_MINUTE_PER_NUMBER ?? null,
    maxConcurrentCalls: values.MAX_CONCURRENT_CALLS,
    allowedCountries: values.ALLOWED_COUNTRIES ?? null,
    callsPerNumberPerDay: values.CALLS_PER_NUMBER_PER_DAY ?? null,
    callsPerNumberPerWeek: values.CALLS_PER_NUMBER_PER_WEEK ?? null,
    keepRecordingsDays: values.KEEP_RECORDINGS_DAYS ?? null,
    keepTranscriptsDays: values.KEEP_TRANSCRIPTS_DAYS ?? null,
    callsPerBlockPerHour: values.CALLS_PER_BLOCK_PER_HOUR ?? null,
    newClientCallsPerDay: values.NEW_CLIENT_CALLS_PER_DAY ?? null,
    onDoNotCall: values.ON_DO_NOT_CALL,
    dialRulesFile: values.DIAL_RULES_FILE ?? null,
    requiredConsents: values.REQUIRE_CONSENT,
    spend: toSpend(values),
    requestsPerMinute: values.REQUESTS_PER_MINUTE,
    openDialects: values.OPEN_DIALECTS,
    trustedNetworks: values.TRUSTED_NETWORKS,
    s3: toBucket(values),
    deleteCarrierRecordings: values.DELETE_CARRIER_RECORDINGS,
    logPii: values.LOG_PII,
    logLevel: values.LOG_LEVEL,
  };
}

function toBucket(values: Values): S3Bucket | null {
  const { S3_BUCKET: bucket, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = values;
  if (bucket === undefined || accessKeyId === undefined || secretAccessKey === undefined) return null;
  return { bucket, endpoint: values.S3_ENDPOINT ?? null, region: values.S3_REGION, accessKeyId, secretAccessKey };
}

function toAdministrator({ ADMIN_EMAIL: email, ADMIN_PASSWORD: password }: Values): Config['admin'] {
  return email !== undefined && password !== undefined ? { email: email.toLowerCase(), password } : null;
}

const loopbackHosts = ['localhost', '127.0.0.1', '[::1]', '::1'];

export function isLoopback(host: string): boolean {
  return loopbackHosts.includes(host) || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function checkTogether(config: Config): void {
  const url = config.publicUrl === null ? null : new URL(config.publicUrl);
  if (url?.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new BadSettings([
      `PUBLIC_URL must begin with https:// unless it is this machine itself: ${config.publicUrl}`,
    ]);
  }
  const isRealTwilio = config.twilio !== null && !isLoopback(new URL(config.twilio.apiBaseUrl).hostname);
  if (isRealTwilio && (url === null || isLoopback(url.hostname))) {
    throw new BadSettings([
      'PUBLIC_URL must be set with a real Twilio account: an https:// address at which Twilio reaches this server, for example that of a tunnel.',
    ]);
  }
}

function missingOf(given: Environment): string[] {
  return account
    .filter((name) => given[name] === undefined)
    .map(
      (name) =>
        `${name} is missing: ${allSettings[name].meaning} Set it, or unset the other TWILIO_ settings to use the simulated phone network.`,
    );
}

const bucketAccount = ['S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const;

function missingOfBucket(given: Environment): string[] {
  const isWanted = [...bucketAccount, 'S3_ENDPOINT'].some((name) => given[name] !== undefined);
  if (!isWanted) return [];
  return bucketAccount
    .filter((name) => given[name] === undefined)
    .map(
      (name) =>
        `${name} is missing: ${allSettings[name].meaning} Set it, or unset the other S3_ settings to keep recordings in DATA_DIR.`,
    );
}

function halfAdministrator(given: Environment): string[] {
  const missing = (['ADMIN_EMAIL', 'ADMIN_PASSWORD'] as const).filter((name) => given[name] === undefined);
  if (missing.length !== 1) return [];
  return missing.map((name) => `${name} is missing: ${allSettings[name].meaning} Set both or neither.`);
}

function misspelt(environment: Environment): string[] {
  const known = Object.keys(allSettings);
  return Object.keys(environment).flatMap((name) => {
    const meant = Object.hasOwn(allSettings, name) ? null : findNearMiss(name, known);
    return meant ? [`${name} is not a setting; did you mean ${meant}?`] : [];
  });
}

function toLine(issue: z.core.$ZodIssue): string {
  const name = String(issue.path[0] ?? 'settings');
  const setting = (allSettings as Record<string, { meaning: string }>)[name];
  return `${name} ${wordsFor(issue)}. ${setting?.meaning ?? ''}`.trim();
}

/** What the value must be; never the value itself, which may be a secret. */
function wordsFor(issue: z.core.$ZodIssue): string {
  if (issue.message.startsWith('must ')) return issue.message;
  if (issue.code === 'invalid_format' && issue.format === 'url') return 'must be an http:// or https:// address';
  if (issue.code === 'invalid_value') return `must be ${issue.values.join(' or ')}`;
  return issue.code === 'too_small' ? 'must not be empty' : `cannot be used: ${issue.message}`;
}
