/** What things cost: the items that calls use, and a price with where it is from and since when it holds. Pure. */

/** Each item and what its quantity counts; minutes are counted in seconds. */
export const priceItems = {
  call_minute: 'second',
  incoming_call_minute: 'second',
  recording_minute: 'second',
  transcription_minute: 'second',
  machine_detection: 'call',
  relay_minute: 'second',
  stream_minute: 'second',
  speech_to_text_minute: 'second',
  text_to_speech_character: 'character',
  model_input_token: 'token',
  model_output_token: 'token',
  agent_minute: 'second',
  agent_text_input_token: 'token',
  agent_text_output_token: 'token',
  agent_audio_input_token: 'token',
  agent_audio_output_token: 'token',
  agent_cached_input_token: 'token',
} as const;

export type PriceItem = keyof typeof priceItems;
export type UsageUnit = (typeof priceItems)[PriceItem];

/** So much of one item of a vendor. */
export interface Usage {
  vendor: string;
  item: PriceItem;
  /** Null where the vendor has one price for all. */
  model: string | null;
  /** Whole seconds, characters, tokens or calls. */
  quantity: number;
}

export interface Price {
  id: string;
  vendor: string;
  item: PriceItem;
  /** A model, or the beginning of its name and an asterisk; null: every model. */
  model: string | null;
  /** The beginning of the numbers it holds for, with +; null: every number. */
  prefix: string | null;
  /** Two-letter codes: only where the number is surely in one of them; null: anywhere. */
  countries: readonly string[] | null;
  /** As the numbering plan has it, for example MOBILE; null: every kind. */
  numberKind: string | null;
  currency: string;
  /** For every `per` minutes, characters, tokens or calls; null: known not to be known. */
  priceMicros: number | null;
  per: number;
  /** Seconds are rounded up to a multiple of it. */
  incrementSeconds: number;
  validFromMs: number;
  /** Until then; null: to this day. */
  validUntilMs: number | null;
  source: string;
  /** `own`: the operator's; `usual`: as published by the vendor, where the operator has none. */
  origin: 'own' | 'usual';
}

const secondsPerMinute = 60;

/** What is charged for a quantity, in whole micro-units; null where the price is not known. */
export function chargeFor(price: Price, quantity: number): number | null {
  if (price.priceMicros === null) return null;
  const { priceMicros: micros, per, incrementSeconds, item } = price;
  if (priceItems[item] !== 'second') return multiplyUp(quantity, micros, per);
  const seconds = Math.ceil(Math.ceil(quantity) / incrementSeconds) * incrementSeconds;
  return multiplyUp(seconds, micros, per * secondsPerMinute);
}

/** Rounded up to a whole micro-unit, whatever the size of the product. */
function multiplyUp(quantity: number, micros: number, per: number): number {
  const divisor = BigInt(per);
  return Number((BigInt(Math.ceil(quantity)) * BigInt(micros) + divisor - 1n) / divisor);
}
