/** Decides for the last time whether calls are dialled, and takes what they may cost out of every cap in the same transaction. */
import type { NewId } from '../../base/ids.ts';
import { type CrossedThreshold, crossedThresholds } from '../../spend/spend-caps.ts';
import { toThresholdEvents } from '../../spend/threshold-events.ts';
import type { NewEvent } from '../../store/events.ts';
import { TransactionOvertaken } from '../../store/run-transaction.ts';
import type { Db } from '../../store/schema.ts';
import {
  addSpendEntries,
  addToSums,
  deleteCallCost,
  insertCallCosts,
  lockCallCost,
  type SpendPlace,
  type SpendSum,
} from '../../store/spend.ts';
import type { DialDecision } from './decide-dial.ts';
import { type DialPolicy, mayDial, type WantedDial } from './may-dial.ts';
import { isFullFor } from './rules/is-within-spend.ts';
import { createSpendReader, placeOf, type SpendFacts, type SpendingCall } from './spend-policy.ts';

export interface DialAsked {
  callId: string;
  wanted: Omit<WantedDial, 'spend'>;
  spending: Omit<SpendingCall, 'to' | 'clientId'>;
}

export interface Reservations {
  /**
   * What is committed at this moment decides, and what was decided here before. `lockDials` of the client comes first,
   * so that no other call of it is dialled between the question and the deed.
   */
  decide(asked: DialAsked): Promise<DialDecision>;
  /**
   * Comes last in the transaction: from here to its end nobody else can count. Gives what is to be told of the caps.
   *
   * @throws TransactionOvertaken when a call that was not reserved for, one that came in, took the room meanwhile
   */
  count(): Promise<NewEvent[]>;
}

interface Reserved {
  callId: string;
  place: SpendPlace;
  spend: SpendFacts;
}

/** For all calls that are decided in one transaction, as of one moment. */
export function createReservations(
  { db, policy, newId }: { db: Db; policy: DialPolicy; newId: NewId },
  atMs: number,
): Reservations {
  const reader = policy.spend && createSpendReader({ db, policy: policy.spend }, atMs);
  const reserved: Reserved[] = [];
  const refusals: { place: SpendPlace; crossed: CrossedThreshold[] }[] = [];
  const tell = ({ place, crossed }: (typeof refusals)[number]) => toThresholdEvents(crossed, { ...place, newId, atMs });
  return {
    async decide({ callId, wanted, spending: rest }) {
      const spending = { ...rest, to: wanted.to, clientId: wanted.clientId };
      const spend = reader ? await reader.find(spending) : null;
      const decision = await mayDial({ db, policy }, { ...wanted, spend }, atMs);
      if (!reader || !spend) return decision;
      const place = placeOf(spending, spend.currency, atMs);
      if (decision.allowed) {
        reader.take(place, spend.worstCase.knownMicros);
        reserved.push({ callId, place, spend });
      }
      if (decision.code === 'dial/spend-cap') refusals.push({ place, crossed: filledBy(spend) });
      return decision;
    },
    async count() {
      const crossed = reserved.length === 0 ? [] : await reserveAll(db, reserved, atMs);
      return [...crossed, ...refusals].flatMap(tell);
    },
  };
}

/** A cap that refuses a call is told as full. */
function filledBy({ caps, worstCase }: SpendFacts): CrossedThreshold[] {
  const full = caps.filter((cap) => cap.usedMicros > 0 && isFullFor(cap, worstCase.knownMicros));
  return crossedThresholds(full, 0, () => true);
}

async function reserveAll(
  db: Db,
  reserved: readonly Reserved[],
  atMs: number,
): Promise<{ place: SpendPlace; crossed: CrossedThreshold[] }[]> {
  const at = new Date(atMs);
  const amounts = reserved.map(({ callId, place, spend }) => ({
    ...{ callId, place, reserved: spend.worstCase.knownMicros, settled: 0 },
  }));
  await addSpendEntries(
    db,
    amounts.map((amount) => ({ ...amount, kind: 'reservation' as const, at })),
  );
  await insertCallCosts(
    db,
    amounts.map(({ callId, place, reserved: reserved_micros }) => ({
      ...{ call_id: callId, client_id: place.clientId, campaign_id: place.campaignId, currency: place.currency },
      ...{ day: place.day, status: 'reserved', reserved_micros, settled_micros: 0, total_micros: null, created_at: at },
    })),
  );
  return crossedBy(reserved, await addToSums(db, amounts));
}

/** Holds every cap that counted against its sum as it is now, with all that was added here. */
function crossedBy(reserved: readonly Reserved[], sums: readonly SpendSum[]) {
  const caps = new Map<string, { place: SpendPlace; cap: SpendFacts['caps'][number]; added: number }>();
  for (const { place, spend } of reserved) {
    for (const cap of spend.caps) {
      if (cap.period === 'call') continue;
      const key = `${cap.scope} ${cap.periodName} ${cap.capMicros}`;
      const added = (caps.get(key)?.added ?? 0) + spend.worstCase.knownMicros;
      caps.set(key, { place, cap, added });
    }
  }
  return [...caps.values()].map(({ place, cap, added }) => {
    const sum = sums.find(({ scope, period }) => scope === cap.scope && period === cap.periodName);
    const usedMicros = sum ? sum.reserved_micros + sum.settled_micros : added;
    if (usedMicros > cap.capMicros) throw new TransactionOvertaken('what may be spent was taken meanwhile');
    return { place, crossed: crossedThresholds([{ ...cap, usedMicros: usedMicros - added }], added) };
  });
}

/** A call that surely rang nobody waits again: what was reserved for it is anybody's. */
export async function giveBackReservation(db: Db, callId: string, atMs: number): Promise<void> {
  const row = await lockCallCost(db, callId);
  if (!row) return;
  const place = { clientId: row.client_id, campaignId: row.campaign_id, day: row.day, currency: row.currency };
  const amounts = { place, reserved: -row.reserved_micros, settled: 0 };
  await addSpendEntries(db, [{ ...amounts, callId, kind: 'correction', at: new Date(atMs) }]);
  await deleteCallCost(db, callId);
  await addToSums(db, [amounts]);
}
