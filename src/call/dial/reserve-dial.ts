/** Decides for the last time whether a call is dialled, and takes what it may cost out of every cap in the same transaction. */
import type { NewId } from '../../base/ids.ts';
import { crossedThresholds } from '../../spend/spend-caps.ts';
import { toThresholdEvents } from '../../spend/threshold-events.ts';
import { lockDials } from '../../store/dial-attempts.ts';
import type { NewEvent } from '../../store/events.ts';
import type { Db } from '../../store/schema.ts';
import { addSpendEntry, addToSums, deleteCallCost, insertCallCost, lockCallCost } from '../../store/spend.ts';
import type { DialDecision } from './decide-dial.ts';
import { type DialPolicy, mayDial, type WantedDial } from './may-dial.ts';
import { isFullFor } from './rules/is-within-spend.ts';
import { findSpendFacts, placeOf, type SpendFacts, type SpendingCall, type SpendPolicy } from './spend-policy.ts';

export interface DialAsked {
  callId: string;
  wanted: Omit<WantedDial, 'spend'>;
  spending: Omit<SpendingCall, 'to' | 'clientId'>;
}

/**
 * Call in the transaction that marks the call as sent. What is committed at this moment decides, and no other call of
 * the same client, or under the same cap, is dialled between the question and the deed.
 */
export async function decideAndReserve(
  { db, policy, newId }: { db: Db; policy: DialPolicy; newId: NewId },
  asked: DialAsked,
  atMs: number,
): Promise<{ decision: DialDecision; events: NewEvent[] }> {
  const { wanted } = asked;
  await lockDials(db, wanted.clientId);
  const spending = { ...asked.spending, to: wanted.to, clientId: wanted.clientId };
  const spend = policy.spend
    ? await findSpendFacts({ db, policy: policy.spend }, spending, { atMs, lock: true })
    : null;
  const decision = await mayDial({ db, policy }, { ...wanted, spend }, atMs);
  if (!policy.spend || !spend) return { decision, events: [] };
  const place = placeOf(spending, policy.spend.currency, atMs);
  if (decision.allowed) await reserve(db, { callId: asked.callId, spending, spend, policy: policy.spend }, atMs);
  const { knownMicros } = spend.worstCase;
  const crossed = decision.allowed
    ? crossedThresholds(spend.caps, knownMicros)
    : crossedThresholds(
        spend.caps.filter(
          (cap) => cap.usedMicros > 0 && decision.code === 'dial/spend-cap' && isFullFor(cap, knownMicros),
        ),
        0,
        () => true,
      );
  return { decision, events: toThresholdEvents(crossed, { ...place, newId, atMs }) };
}

async function reserve(
  db: Db,
  call: { callId: string; spending: SpendingCall; spend: SpendFacts; policy: SpendPolicy },
  atMs: number,
): Promise<void> {
  const { callId, spending, spend, policy } = call;
  const place = placeOf(spending, policy.currency, atMs);
  const reserved = spend.worstCase.knownMicros;
  const at = new Date(atMs);
  await addToSums(db, place, { reserved, settled: 0 });
  await addSpendEntry(db, place, { callId, kind: 'reservation', reserved, settled: 0, at });
  await insertCallCost(db, {
    call_id: callId,
    client_id: place.clientId,
    campaign_id: place.campaignId,
    currency: place.currency,
    day: place.day,
    status: 'reserved',
    reserved_micros: reserved,
    settled_micros: 0,
    total_micros: null,
    created_at: at,
  });
}

/** A call that surely rang nobody waits again: what was reserved for it is anybody's. */
export async function giveBackReservation(db: Db, callId: string, atMs: number): Promise<void> {
  const row = await lockCallCost(db, callId);
  if (!row) return;
  const place = { clientId: row.client_id, campaignId: row.campaign_id, day: row.day, currency: row.currency };
  const amounts = { reserved: -row.reserved_micros, settled: 0 };
  await addToSums(db, place, amounts);
  await addSpendEntry(db, place, { callId, kind: 'correction', ...amounts, at: new Date(atMs) });
  await deleteCallCost(db, callId);
}
