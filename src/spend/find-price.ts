/** Which price holds for a quantity of something: the operator's own before the published ones, the closest first. Pure. */
import type { Price, PriceItem } from './price.ts';

export interface PriceQuestion {
  vendor: string;
  item: PriceItem;
  model: string | null;
  currency: string;
  /** Who is called, or calls, where the item depends on it. */
  number: { e164: string; countries: readonly string[]; kind: string | null } | null;
}

/** Kinds that the numbering plan leaves open. */
const openKinds: readonly (string | null)[] = [null, 'FIXED_LINE_OR_MOBILE'];

/** Null: nobody knows what it costs. A price that is found may still say so. */
export function findPrice(prices: readonly Price[], asked: PriceQuestion, atMs: number): Price | null {
  const holding = prices.filter((price) => holds(price, asked, atMs));
  const closest = Math.max(...holding.map(closeness));
  const best = newestOfEachKind(holding.filter((price) => closeness(price) === closest));
  const kind = asked.number?.kind ?? null;
  const ofKind = best.filter((price) => price.numberKind === kind && kind !== null);
  const candidates = ofKind.length > 0 ? ofKind : best.filter((price) => fitsKind(price, kind));
  // What the number leaves open is taken at its dearest; what is not known could be dearer still.
  return candidates.toSorted((one, other) => dearness(other) - dearness(one))[0] ?? null;
}

const dearness = ({ priceMicros, per }: Price) => (priceMicros === null ? Number.POSITIVE_INFINITY : priceMicros / per);

const fitsKind = ({ numberKind }: Price, kind: string | null) =>
  numberKind === null || openKinds.includes(kind) || numberKind === kind;

function holds(price: Price, asked: PriceQuestion, atMs: number): boolean {
  return (
    price.vendor === asked.vendor &&
    price.item === asked.item &&
    price.currency === asked.currency &&
    price.validFromMs <= atMs &&
    (price.validUntilMs === null || price.validUntilMs > atMs) &&
    isModel(price.model, asked.model) &&
    isNumber(price, asked.number)
  );
}

function isModel(pattern: string | null, model: string | null): boolean {
  if (pattern === null || pattern === model) return true;
  return pattern.endsWith('*') && (model?.startsWith(pattern.slice(0, -1)) ?? false);
}

function isNumber({ prefix, countries, numberKind }: Price, number: PriceQuestion['number']): boolean {
  if (number === null) return prefix === null && countries === null && numberKind === null;
  const isThere =
    countries === null || (number.countries.length > 0 && number.countries.every((code) => countries.includes(code)));
  return isThere && number.e164.startsWith(prefix ?? '') && fitsKind({ numberKind } as Price, number.kind);
}

/** One number to compare by: whose it is, then how much of the number, then how much of the model it names. */
const closeness = ({ origin, prefix, model }: Price) =>
  (origin === 'own' ? 1_000_000 : 0) + (prefix?.length ?? 0) * 1000 + (model?.length ?? 0);

function newestOfEachKind(prices: readonly Price[]): Price[] {
  const newest = new Map<string | null, Price>();
  for (const price of prices) {
    const other = newest.get(price.numberKind);
    if (!other || price.validFromMs >= other.validFromMs) newest.set(price.numberKind, price);
  }
  return [...newest.values()];
}
