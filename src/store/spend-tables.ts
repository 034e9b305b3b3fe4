/** Tables of money: what things cost, what calls used, cost and may cost. */
import type { Generated } from 'kysely';
import type { JsonOrNull, Moment, MomentOrNull } from './table-columns.ts';

/** What one item of a vendor costs; a row is never changed, only followed by another or ended. */
export interface PricesTable {
  id: string;
  vendor: string;
  item: string;
  model: string | null;
  prefix: string | null;
  countries: JsonOrNull<string[]>;
  number_kind: string | null;
  currency: string;
  /** Null: known not to be known. */
  price_micros: number | null;
  per: number;
  increment_seconds: number;
  valid_from: Moment;
  valid_until: MomentOrNull;
  source: string;
  created_at: Moment;
}

/** So much of an item was used in a call, so far. */
export interface CallUsageTable {
  call_id: string;
  vendor: string;
  item: string;
  /** Empty: none in particular. */
  model: string;
  quantity: number;
}

/** What a call takes of every cap now, and what it cost. */
export interface CallCostsTable {
  call_id: string;
  client_id: string | null;
  campaign_id: string | null;
  currency: string;
  /** The day (UTC) that it counts for, as 2026-11-28. */
  day: string;
  /** reserved, bounded, counted or charged: how well it is known. */
  status: string;
  reserved_micros: number;
  settled_micros: number;
  /** Its lines; null until they were counted. */
  cost: JsonOrNull;
  /** Null: not counted yet, or some of it has no price. */
  total_micros: number | null;
  /** When it must be looked at again; null: it is final. */
  check_at: MomentOrNull;
  tries: Generated<number>;
  created_at: Moment;
}

/** Every change of what is reserved and settled; rows are only ever added. */
export interface SpendEntriesTable {
  position: Generated<number>;
  call_id: string;
  client_id: string | null;
  campaign_id: string | null;
  day: string;
  currency: string;
  /** reservation, settlement or correction. */
  kind: string;
  reserved_micros: number;
  settled_micros: number;
  at: Moment;
}

/** The sums of the entries by whose they are and by day, month or ever. */
export interface SpendTotalsTable {
  /** `operator`, or `client` or `campaign` with a colon and the id. */
  scope: string;
  /** 2026-11-28, 2026-11 or `ever`. */
  period: string;
  currency: string;
  reserved_micros: number;
  settled_micros: number;
}
