/** The shapes of prices and costs in `/v1`, shared with the dashboard. */
import { z } from 'zod';
import { momentSchema, pageQuery, searchMomentSchema, textSchema } from './text.ts';

/** What calls use; minutes are counted in seconds. */
export const priceItemNames = [
  'call_minute',
  'incoming_call_minute',
  'recording_minute',
  'transcription_minute',
  'machine_detection',
  'relay_minute',
  'stream_minute',
  'speech_to_text_minute',
  'text_to_speech_character',
  'model_input_token',
  'model_output_token',
  'agent_minute',
  'agent_text_input_token',
  'agent_text_output_token',
  'agent_audio_input_token',
  'agent_audio_output_token',
  'agent_cached_input_token',
] as const;

export const mostImportedPrices = 50_000;

const vendor = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'must be a name like twilio, in small letters');
const prefix = z.string().regex(/^\+\d{1,15}$/, 'must be the beginning of a number, for example +44');
const numberKinds = [
  'FIXED_LINE',
  'MOBILE',
  'FIXED_LINE_OR_MOBILE',
  'TOLL_FREE',
  'VOIP',
  'UAN',
  'PREMIUM_RATE',
  'SHARED_COST',
  'PERSONAL_NUMBER',
] as const;

const priceFields = {
  vendor,
  item: z.enum(priceItemNames),
  /** A model, or the beginning of its name and an asterisk; null: every model. */
  model: textSchema(100).nullable().default(null),
  /** The beginning of the numbers that it holds for; null: every number. The longest beginning counts. */
  prefix: prefix.nullable().default(null),
  number_kind: z.enum(numberKinds).nullable().default(null),
  /** Millionths of the unit of the server's currency; null: known not to be known. */
  price_micros: z.int().min(0).max(1e12).nullable(),
  /** For so many minutes, characters, tokens or calls. */
  per: z.int().min(1).max(1_000_000_000).default(1),
  /** Minutes are charged in steps of so many seconds. */
  increment_seconds: z.int().min(1).max(3600).default(1),
  /** Since when; now when left out. */
  valid_from: searchMomentSchema.optional(),
  /** Where the price is from. */
  source: textSchema(500).default('set by the operator'),
};

const onlyOfCalls = (price: { item: string; prefix: string | null; number_kind: string | null }) =>
  price.item === 'call_minute' ||
  price.item === 'incoming_call_minute' ||
  (price.prefix === null && price.number_kind === null);
const onlyOfCallsIssue = { message: 'belongs to call_minute and incoming_call_minute alone', path: ['prefix'] };

export const createPriceSchema = z.strictObject(priceFields).refine(onlyOfCalls, onlyOfCallsIssue);

/** What holds for every row that does not say it itself. */
export const importPricesQuerySchema = z.strictObject({
  vendor: vendor.optional(),
  item: z.enum(priceItemNames).optional(),
  source: textSchema(500).optional(),
  increment_seconds: z.coerce.number().int().min(1).max(3600).optional(),
});

/** Rows are looked at one by one, so that a bad one is reported and the rest is taken. */
export const importPricesSchema = z.array(z.unknown()).min(1).max(mostImportedPrices);

export const priceSchema = z.object({
  id: z.string(),
  vendor: z.string(),
  item: z.string(),
  model: z.string().nullable(),
  prefix: z.string().nullable(),
  /** Two-letter codes: only where the number is surely in one of them. */
  countries: z.array(z.string()).nullable(),
  number_kind: z.string().nullable(),
  currency: z.string(),
  price_micros: z.int().nullable(),
  per: z.int(),
  increment_seconds: z.int(),
  valid_from: momentSchema,
  /** Null: it holds until another comes or it is ended. */
  valid_until: momentSchema.nullable(),
  source: z.string(),
  /** `own`: yours, which come first; `usual`: as its vendor published it. */
  origin: z.enum(['own', 'usual']),
});

export const listPricesQuerySchema = z.strictObject({
  ...pageQuery,
  vendor: vendor.optional(),
  item: z.enum(priceItemNames).optional(),
  prefix: prefix.optional(),
  /** `usual`: those that come with the server. */
  origin: z.enum(['own', 'usual']).default('own'),
});

export const pricesImportSchema = z.object({
  rows: z.int(),
  added: z.int(),
  rejected: z.int(),
  /** The first of those that were rejected, by their line or place in the list. */
  errors: z.array(z.object({ line: z.int(), message: z.string() })),
});

export const costLineSchema = z.object({
  vendor: z.string(),
  item: z.string(),
  model: z.string().nullable(),
  quantity: z.int(),
  unit: z.enum(['second', 'call', 'character', 'token']),
  /** Null: not known. */
  price_micros: z.int().nullable(),
  per: z.int().nullable(),
  currency: z.string(),
  cost_micros: z.int().nullable(),
  /** `table`: by a price; `carrier`: what the carrier charged. */
  from: z.enum(['table', 'carrier']),
  source: z.string().nullable(),
});

/** What a call cost, in millionths of the unit of its currency. */
export const costSchema = z.object({
  currency: z.string(),
  /** `reserved` while it goes on; `bounded` just after; `counted` by what it used; `charged` with the carrier's own price, or for nothing. */
  status: z.enum(['reserved', 'bounded', 'counted', 'charged']),
  /** Null: not counted yet, or some of it has no price. */
  total_micros: z.int().nullable(),
  /** What is known of it: what counts against the caps. */
  known_micros: z.int(),
  /** Of a call that is not over: the most that it may cost. */
  reserved_micros: z.int(),
  /** What has no price. */
  missing: z.array(z.string()),
  lines: z.array(costLineSchema),
});

export type PriceResource = z.infer<typeof priceSchema>;
export type CostResource = z.infer<typeof costSchema>;
