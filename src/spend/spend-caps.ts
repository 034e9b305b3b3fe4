/** How much may be spent: caps, how much of each is taken, and which lines were crossed. Pure. */
import { allTime, campaignScope, clientScope, operatorScope, type SpendPlace, type SpendSum } from '../store/spend.ts';
import { type Periods, periodsOf } from './periods.ts';

/** In micro-units; null: no cap. */
export interface Caps {
  perCall: number | null;
  perDay: number | null;
  perMonth: number | null;
  /** Of a campaign, over all of its days. */
  inAll: number | null;
}

export const noCaps: Caps = { perCall: null, perDay: null, perMonth: null, inAll: null };

export interface CapsByWhose {
  operator: Caps;
  client: Caps;
  campaign: Caps;
}

/** One cap and how much of it is reserved or spent. */
export interface CapState {
  whose: keyof CapsByWhose;
  period: 'call' | 'day' | 'month' | 'ever';
  scope: string;
  /** As the sums are kept: 2026-11-28, 2026-11 or `ever`. */
  periodName: string;
  capMicros: number;
  usedMicros: number;
  /** When it is empty again; null: never. */
  endsAtMs: number | null;
}

export function toCapStates(caps: CapsByWhose, place: SpendPlace, sums: readonly SpendSum[]): CapState[] {
  const periods = periodsOf(Date.parse(place.day));
  const scopes: [keyof CapsByWhose, string | null][] = [
    ['operator', operatorScope],
    ['client', place.clientId === null ? null : clientScope(place.clientId)],
    ['campaign', place.campaignId === null ? null : campaignScope(place.campaignId)],
  ];
  return scopes.flatMap(([whose, scope]) =>
    scope === null
      ? []
      : capsOf(caps[whose], periods).map((cap) => ({ ...cap, whose, scope, usedMicros: used(scope, cap, sums) })),
  );
}

type OneCap = Pick<CapState, 'period' | 'periodName' | 'capMicros' | 'endsAtMs'>;

function capsOf(caps: Caps, { day, month, dayEndsMs, monthEndsMs }: Periods): OneCap[] {
  const all = [
    { period: 'call', periodName: '', capMicros: caps.perCall, endsAtMs: null },
    { period: 'day', periodName: day, capMicros: caps.perDay, endsAtMs: dayEndsMs },
    { period: 'month', periodName: month, capMicros: caps.perMonth, endsAtMs: monthEndsMs },
    { period: 'ever', periodName: allTime, capMicros: caps.inAll, endsAtMs: null },
  ] as const;
  return all.flatMap(({ capMicros, ...cap }) => (capMicros === null ? [] : [{ ...cap, capMicros }]));
}

function used(scope: string, { period, periodName }: OneCap, sums: readonly SpendSum[]): number {
  if (period === 'call') return 0;
  const sum = sums.find((one) => one.scope === scope && one.period === periodName);
  return sum ? sum.reserved_micros + sum.settled_micros : 0;
}

export const spendThresholds = [50, 80, 100] as const;

export interface CrossedThreshold extends CapState {
  percent: (typeof spendThresholds)[number];
}

/** The lines between what was used before and what is now; a cap that refused a call is taken for full. */
export function crossedThresholds(
  before: readonly CapState[],
  addedMicros: number,
  isFull: (cap: CapState) => boolean = () => false,
): CrossedThreshold[] {
  return before.flatMap((cap) => {
    if (cap.period === 'call') return [];
    const after = isFull(cap) ? Math.max(cap.capMicros, cap.usedMicros) : cap.usedMicros + addedMicros;
    return spendThresholds
      .filter(
        (percent) =>
          after * 100 >= cap.capMicros * percent && (isFull(cap) || cap.usedMicros * 100 < cap.capMicros * percent),
      )
      .map((percent) => ({ ...cap, usedMicros: isFull(cap) ? cap.usedMicros : after, percent }));
  });
}
