/** What a call cost: a line for each thing that it used, each with its price and where that is from. Pure. */
import { findPrice, type PriceQuestion } from './find-price.ts';
import { chargeFor, type Price, priceItems, type Usage, type UsageUnit } from './price.ts';

export interface CostLine {
  vendor: string;
  item: string;
  model: string | null;
  quantity: number;
  unit: UsageUnit;
  /** Millionths of the currency's unit for every `per` minutes, characters, tokens or calls; null: not known. */
  price_micros: number | null;
  per: number | null;
  currency: string;
  /** Null: the price is not known. */
  cost_micros: number | null;
  /** `table`: by a price; `carrier`: what the carrier charged. */
  from: 'table' | 'carrier';
  /** Where the price is from. */
  source: string | null;
}

export interface CallCost {
  currency: string;
  /** Null: some of it is not known. */
  total_micros: number | null;
  /** What is known of it. */
  known_micros: number;
  /** What has no price, or is in another currency. */
  missing: string[];
  lines: CostLine[];
}

/** What the carrier says that it takes. */
interface CarrierCharge {
  micros: number;
  currency: string;
}

export interface CostQuestion {
  currency: string;
  /** The number on the other end, for what depends on it. */
  number: PriceQuestion['number'];
  usage: readonly Usage[];
  /** What the carrier charged for the way to the phone, once it says so. */
  charge: CarrierCharge | null;
  carrier: string;
}

const onNumber: readonly string[] = ['call_minute', 'incoming_call_minute'];

export function costOfCall(asked: CostQuestion, prices: readonly Price[], atMs: number): CallCost {
  const lines = asked.usage.map((usage) => {
    const number = onNumber.includes(usage.item) ? asked.number : null;
    const price = findPrice(prices, { ...usage, number, currency: asked.currency }, atMs);
    const isCharged = asked.charge !== null && number !== null && usage.vendor === asked.carrier;
    return isCharged && asked.charge ? chargedLine(usage, asked.charge) : pricedLine(usage, price, asked.currency);
  });
  const missing = lines.flatMap(({ vendor, item, model, cost_micros, currency }) => {
    if (cost_micros === null) return [`${item} of ${vendor}${model === null ? '' : ` (${model})`}`];
    return currency === asked.currency ? [] : [`${item} of ${vendor} in ${asked.currency}`];
  });
  const known_micros = lines.reduce(
    (sum, { cost_micros, currency }) => sum + (currency === asked.currency ? (cost_micros ?? 0) : 0),
    0,
  );
  const total_micros = missing.length === 0 ? known_micros : null;
  return { currency: asked.currency, total_micros, known_micros, missing, lines };
}

const base = ({ vendor, item, model, quantity }: Usage) => ({ vendor, item, model, quantity, unit: priceItems[item] });

const pricedLine = (usage: Usage, price: Price | null, currency: string): CostLine => ({
  ...base(usage),
  price_micros: price?.priceMicros ?? null,
  per: price?.per ?? null,
  currency,
  cost_micros: price && chargeFor(price, usage.quantity),
  from: 'table',
  source: price?.source ?? null,
});

const chargedLine = (usage: Usage, { micros, currency }: CarrierCharge): CostLine => ({
  ...base(usage),
  price_micros: null,
  per: null,
  currency,
  cost_micros: micros,
  from: 'carrier',
  source: 'the carrier’s own record of the call',
});
