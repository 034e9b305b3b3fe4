/** Counts what calls cost once they are over, and puts the carrier's own price in the place of ours when it is told. */
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { createRepetition, type Rhythm } from '../base/repetition.ts';
import type { Carrier, CarrierCharge } from '../ports/carrier.ts';
import { type CallCost, costOfCall } from '../spend/cost-of-call.ts';
import type { PriceItem, Usage } from '../spend/price.ts';
import { readPrices } from '../spend/read-prices.ts';
import { carrierUsage } from '../spend/worst-case.ts';
import { type CallRow, findCall } from '../store/calls.ts';
import type { Store } from '../store/open-store.ts';
import { everyone } from '../store/reach.ts';
import type { Db } from '../store/schema.ts';
import {
  addSpendEntries,
  addToSums,
  type CallCostRow,
  findCostsToCheck,
  lockCallCost,
  updateCallCost,
} from '../store/spend.ts';
import { listUsage } from '../store/usage.ts';
import type { SpendPolicy } from './dial/spend-policy.ts';
import { placeOfRow, shapeOf } from './settle-spend.ts';
import { transferOf } from './transfer.ts';

export interface CostCounter {
  start(): void;
  stop(): Promise<void>;
  /** Looks at whatever is due now. */
  look(): Promise<void>;
}

export interface CountParts extends Rhythm {
  store: Store;
  clock: Clock;
  log: Logger;
  carrier: Carrier;
  policy: SpendPolicy;
}

const usualEveryMs = 1000;
const mostAtOnce = 20;
const minuteMs = 60_000;
/** A carrier rates a call in seconds or hours; after the last of these what the table says stands. */
const askAgainAfterMs = [0, 1, 5, 30, 120, 720].map((minutes) => minutes * minuteMs);

export function createCostCounter(parts: CountParts): CostCounter {
  const { store, clock, log, lookEveryMs: everyMs = usualEveryMs } = parts;
  const work = createRepetition({ clock, log, everyMs, complaint: 'costs could not be counted' }, async () => {
    for (const callId of await findCostsToCheck(store.db, new Date(clock.now()), mostAtOnce))
      await count(parts, callId);
  });
  return { start: work.start, stop: work.stop, look: work.workNow };
}

async function count(parts: CountParts, callId: string): Promise<void> {
  const { store, clock, log } = parts;
  const call = await findCall(store.db, everyone, callId);
  if (!call) return;
  let charge: CarrierCharge | null = null;
  try {
    charge = await chargeOf(parts.carrier, call);
  } catch (error) {
    log.warn({ callId, reason: messageOf(error) }, 'the carrier did not say what it charges');
  }
  const atMs = clock.now();
  await store.transaction(async (db) => {
    const row = await lockCallCost(db, callId);
    if (row?.check_at && row.check_at.getTime() <= atMs) await settle(db, { parts, call, row, charge, atMs });
  });
}

/** With the line of a colleague whom the person was handed over to, which the carrier charges by itself. */
async function chargeOf(carrier: Carrier, call: CallRow): Promise<CarrierCharge | null> {
  if (call.carrier_sid === null) return null;
  const charge = (await carrier.fetchCall(call.carrier_sid))?.charge ?? null;
  const legSid = transferOf(call)?.leg_sid ?? null;
  if (legSid === null || charge === null) return charge;
  const leg = (await carrier.fetchCall(legSid))?.charge ?? null;
  return leg?.currency === charge.currency ? { ...charge, micros: charge.micros + leg.micros } : null;
}

async function settle(
  db: Db,
  found: { parts: CountParts; call: CallRow; row: CallCostRow; charge: CarrierCharge | null; atMs: number },
): Promise<void> {
  const { parts, call, row, charge, atMs } = found;
  const cost = await costOf(db, parts.policy, { call, charge });
  const place = placeOfRow(row);
  const change = cost.known_micros - row.settled_micros;
  const at = new Date(atMs);
  const amounts = { place, reserved: 0, settled: change };
  if (change !== 0) await addSpendEntries(db, [{ ...amounts, callId: call.id, kind: 'correction', at }]);
  const wait = charge ? undefined : askAgainAfterMs[row.tries + 1];
  await updateCallCost(db, call.id, {
    status: charge ? 'charged' : 'counted',
    settled_micros: cost.known_micros,
    total_micros: cost.total_micros,
    cost: JSON.stringify(cost),
    tries: row.tries + 1,
    check_at: wait === undefined ? null : new Date(atMs + wait),
  });
  if (change !== 0) await addToSums(db, [amounts]);
}

/** By the prices of the moment at which it was dialled. */
async function costOf(
  db: Db,
  policy: SpendPolicy,
  { call, charge }: { call: CallRow; charge: CarrierCharge | null },
): Promise<CallCost> {
  const shape = shapeOf(policy, call);
  const atMs = (call.dialing_at ?? call.created_at).getTime();
  const used = await listUsage(db, call.id);
  const usage: Usage[] = [
    ...carrierUsage(shape),
    ...used.map((row) => ({ ...row, item: row.item as PriceItem, model: row.model === '' ? null : row.model })),
  ];
  const { currency, carrier } = policy;
  const cost = costOfCall(
    { currency, carrier, number: shape.number, usage, charge },
    await readPrices(db, shape.number.e164, atMs),
    atMs,
  );
  // What a colleague's line costs is only known from the carrier.
  const isUnknown = charge === null && transferOf(call)?.leg_sid != null;
  return isUnknown ? { ...cost, total_micros: null } : cost;
}
