/** Frees what was reserved for a call once it is over: from then on it takes what it can have cost in the time that it took. */
import type { Assistant } from '../assistant/assistant.ts';
import type { NewId } from '../base/ids.ts';
import type { CallOrder } from '../ports/carrier.ts';
import { readPrices } from '../spend/read-prices.ts';
import { crossedThresholds, toCapStates } from '../spend/spend-caps.ts';
import { toThresholdEvents } from '../spend/threshold-events.ts';
import { type CallShape, worstCaseOf } from '../spend/worst-case.ts';
import type { CallRow } from '../store/calls.ts';
import type { NewEvent } from '../store/events.ts';
import type { Db } from '../store/schema.ts';
import {
  addSpendEntries,
  addToSums,
  insertCallCosts,
  lockCallCost,
  type SpendPlace,
  updateCallCost,
} from '../store/spend.ts';
import { capsOfCampaign, capsOfClient, placeOf, type SpendPolicy, toShape } from './dial/spend-policy.ts';
import type { FollowUp } from './follow-ups.ts';

export interface SettleParts {
  policy: SpendPolicy;
  newId: NewId;
  /** Until all that was used in a conversation is surely written down; ms. */
  countedAfterMs: number;
}

/** Comes last of all: it holds the sums that everybody counts in. */
export function settleSpend(parts: SettleParts): FollowUp {
  return async (db, call, atMs) => {
    const reserved = await lockCallCost(db, call.id);
    if (!reserved && (call.direction === 'outbound' || call.answered_at === null)) return [];
    const place = reserved ? placeOfRow(reserved) : placeOf(toOwner(call), parts.policy.currency, atMs);
    const settled = Math.min(
      await boundOf(db, parts.policy, call),
      reserved?.reserved_micros ?? Number.MAX_SAFE_INTEGER,
    );
    const wasReserved = reserved?.reserved_micros ?? 0;
    const at = new Date(atMs);
    const amounts = { place, reserved: -wasReserved, settled };
    await addSpendEntries(db, [{ ...amounts, callId: call.id, kind: 'settlement', at }]);
    const isCharged = call.answered_at !== null;
    const changes = {
      // The carrier takes nothing for a phone that nobody answered.
      status: isCharged ? 'bounded' : 'charged',
      reserved_micros: 0,
      settled_micros: settled,
      total_micros: isCharged ? null : 0,
      check_at: isCharged ? new Date(atMs + parts.countedAfterMs) : null,
    };
    if (reserved) await updateCallCost(db, call.id, changes);
    else await insertCallCosts(db, [{ ...toRow(call.id, place), ...changes, created_at: at }]);
    const sums = await addToSums(db, [amounts]);
    return tellThresholds(parts, db, { place, sums, addedMicros: settled - wasReserved, atMs });
  };
}

const toOwner = ({ client_id, campaign_id }: CallRow) => ({ clientId: client_id, campaignId: campaign_id });

export const placeOfRow = (row: {
  client_id: string | null;
  campaign_id: string | null;
  day: string;
  currency: string;
}): SpendPlace => ({ clientId: row.client_id, campaignId: row.campaign_id, day: row.day, currency: row.currency });

const toRow = (callId: string, { clientId, campaignId, day, currency }: SpendPlace) => ({
  call_id: callId,
  client_id: clientId,
  campaign_id: campaignId,
  day,
  currency,
});

/** The most that the call can have cost, by how long it was: no less than what will be counted. */
async function boundOf(db: Db, policy: SpendPolicy, call: CallRow): Promise<number> {
  if (call.answered_at === null) return 0;
  const shape = shapeOf(policy, call);
  const atMs = (call.dialing_at ?? call.created_at).getTime();
  const prices = await readPrices(db, shape.number.e164, atMs);
  return worstCaseOf(shape, { all: prices, currency: policy.currency }, atMs).knownMicros;
}

/** The call as it was; what it costs to be called depends on the number that was called, too. */
export function shapeOf(policy: SpendPolicy, call: CallRow): CallShape {
  const spending = {
    to: call.to_number,
    ...toOwner(call),
    assistant: call.assistant as Assistant,
    engine: call.engine as 'relay' | 'media',
    metadata: call.metadata,
    instructions: call.instructions as CallOrder['instructions'] | null,
    longestSeconds: 0,
  };
  const direction = call.direction === 'inbound' ? 'inbound' : 'outbound';
  return { ...toShape(policy, spending, direction), longestSeconds: call.duration_seconds ?? 0 };
}

async function tellThresholds(
  { policy, newId }: SettleParts,
  db: Db,
  done: { place: SpendPlace; sums: Parameters<typeof toCapStates>[2]; addedMicros: number; atMs: number },
): Promise<NewEvent[]> {
  const { place, sums, addedMicros, atMs } = done;
  if (addedMicros <= 0) return [];
  const [client, campaign] = [await capsOfClient(db, place.clientId), await capsOfCampaign(db, place.campaignId)];
  const caps = { operator: policy.caps, client, campaign };
  const before = toCapStates(caps, place, sums).map((cap) => ({ ...cap, usedMicros: cap.usedMicros - addedMicros }));
  return toThresholdEvents(crossedThresholds(before, addedMicros), { ...place, newId, atMs });
}
