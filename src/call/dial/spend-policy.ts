/** What a call may cost, for the rule that holds it against the caps: its shape, its prices, what is taken of each cap. */
import { z } from 'zod';
import type { Assistant } from '../../assistant/assistant.ts';
import type { CarrierInstruction } from '../../ports/carrier.ts';
import { periodsOf } from '../../spend/periods.ts';
import { readPrices } from '../../spend/read-prices.ts';
import { type CapState, type Caps, noCaps, toCapStates } from '../../spend/spend-caps.ts';
import { type CallShape, type LineVendors, type WorstCase, worstCaseOf } from '../../spend/worst-case.ts';
import { findCampaign } from '../../store/campaigns.ts';
import { findClient } from '../../store/clients.ts';
import { everyone } from '../../store/reach.ts';
import type { Db } from '../../store/schema.ts';
import { readSums, type SpendPlace, sumsFor } from '../../store/spend.ts';
import { parseClientDialLimits } from './client-dial-limits.ts';
import { toDestination } from './where/destination.ts';

/** What the operator set. */
export interface SpendPolicy {
  /** Three letters; caps, sums and prices that count are in it. */
  currency: string;
  caps: Caps;
  /** What happens to a call of which a part has no price, where a cap holds. */
  unknownPrices: 'deny' | 'allow';
  /** Who carries calls, as in the price table. */
  carrier: string;
  /** Every set of vendors that may hold this call. */
  vendorsOf(call: Pick<SpendingCall, 'assistant' | 'engine' | 'metadata'>): readonly LineVendors[];
}

/** A call as far as it matters to what it costs. */
export interface SpendingCall {
  to: string;
  clientId: string | null;
  campaignId: string | null;
  assistant: Assistant;
  engine: 'relay' | 'media';
  metadata: unknown;
  /** What the carrier is sent along, where it is not asked for later. */
  instructions: { inline: readonly CarrierInstruction[] } | { path: string } | null;
  longestSeconds: number;
  machineDetection?: boolean;
}

/** What is known of the spending of one call. */
export interface SpendFacts {
  currency: string;
  worstCase: WorstCase;
  unknownPrices: 'deny' | 'allow';
  caps: readonly CapState[];
}

/** The carrier ends a call that is longer than we allow, after so long. */
const carrierGraceSeconds = 30;

export function toShape(policy: SpendPolicy, call: SpendingCall, direction: 'outbound' | 'inbound'): CallShape {
  const inline = call.instructions !== null && 'inline' in call.instructions ? call.instructions.inline : [];
  const isRecorded = inline.some(({ type }) => type === 'record-call');
  const { countries, kind } = toDestination(call.to);
  return {
    carrier: policy.carrier,
    number: { e164: call.to, countries, kind },
    direction,
    line: call.engine,
    longestSeconds: call.longestSeconds + carrierGraceSeconds,
    carrierRecords: isRecorded,
    carrierTranscribes: isRecorded,
    detectsMachines: call.machineDetection ?? false,
    vendors: policy.vendorsOf(call),
  };
}

export const placeOf = (
  call: Pick<SpendingCall, 'clientId' | 'campaignId'>,
  currency: string,
  atMs: number,
): SpendPlace => ({
  clientId: call.clientId,
  campaignId: call.campaignId,
  day: periodsOf(atMs).day,
  currency,
});

/** What is known of the spending of a call that nobody reserves for. */
export const findSpendFacts = (from: { db: Db; policy: SpendPolicy }, call: SpendingCall, atMs: number) =>
  createSpendReader(from, atMs).find(call);

/** Reads what is committed, once for each client and campaign, and adds what was taken of it here and is not counted yet. */
export interface SpendReader {
  find(call: SpendingCall): Promise<SpendFacts>;
  take(place: SpendPlace, micros: number): void;
}

export function createSpendReader({ db, policy }: { db: Db; policy: SpendPolicy }, atMs: number): SpendReader {
  const read = new Map<string, Promise<CapState[]>>();
  const taken = new Map<string, number>();
  const keyOf = ({ scope, period }: { scope: string; period: string }) => `${scope} ${period}`;
  const readCaps = async (place: SpendPlace) => {
    const client = await capsOfClient(db, place.clientId);
    const campaign = await capsOfCampaign(db, place.campaignId);
    return toCapStates({ operator: policy.caps, client, campaign }, place, await readSums(db, place));
  };
  const capsOf = (place: SpendPlace) => {
    const key = `${place.clientId} ${place.campaignId}`;
    const caps = read.get(key) ?? readCaps(place);
    read.set(key, caps);
    return caps;
  };
  return {
    async find(call) {
      const place = placeOf(call, policy.currency, atMs);
      const prices = await readPrices(db, call.to, atMs);
      const caps = await capsOf(place);
      return {
        currency: policy.currency,
        worstCase: worstCaseOf(toShape(policy, call, 'outbound'), { all: prices, currency: policy.currency }, atMs),
        unknownPrices: policy.unknownPrices,
        caps: caps.map((cap) => {
          const takenHere = taken.get(keyOf({ scope: cap.scope, period: cap.periodName })) ?? 0;
          return { ...cap, usedMicros: cap.usedMicros + takenHere };
        }),
      };
    },
    take(place, micros) {
      for (const counted of sumsFor(place)) {
        const key = keyOf(counted);
        taken.set(key, (taken.get(key) ?? 0) + micros);
      }
    },
  };
}

const campaignCaps = z.object({
  per_call_micros: z.number().optional(),
  per_day_micros: z.number().optional(),
  per_month_micros: z.number().optional(),
  in_all_micros: z.number().optional(),
});

export async function capsOfCampaign(db: Db, campaignId: string | null): Promise<Caps> {
  return campaignId === null ? noCaps : toCampaignCaps((await findCampaign(db, everyone, campaignId))?.settings);
}

/** @param stored the settings of a campaign */
export function toCampaignCaps(stored: unknown): Caps {
  const settings = stored as { spend_caps?: unknown } | undefined;
  const caps = settings?.spend_caps ? campaignCaps.parse(settings.spend_caps) : {};
  return {
    perCall: caps.per_call_micros ?? null,
    perDay: caps.per_day_micros ?? null,
    perMonth: caps.per_month_micros ?? null,
    inAll: caps.in_all_micros ?? null,
  };
}

export async function capsOfClient(db: Db, clientId: string | null): Promise<Caps> {
  if (clientId === null) return noCaps;
  // Limits that cannot be read forbid every call by a rule of their own.
  const limits = parseClientDialLimits((await findClient(db, everyone, clientId))?.limits) ?? {};
  return {
    perCall: limits.spend_per_call_micros ?? null,
    perDay: limits.spend_per_day_micros ?? null,
    perMonth: limits.spend_per_month_micros ?? null,
    inAll: null,
  };
}
