/** Whether the call stays within what may be spent, even when it costs the most that it can. */
import { toDecimal } from '../../../base/money.ts';
import type { CapState } from '../../../spend/spend-caps.ts';
import type { SpendFacts } from '../spend-policy.ts';
import { allows, type Finding, forbids, type Rule } from './rule.ts';

const perWords = { call: 'in a call', day: 'in a day', month: 'in a month', ever: 'in all' } as const;
const whoseWords = { operator: 'the server', client: 'the client', campaign: 'the campaign' } as const;
const whereSet = {
  operator: 'The operator sets it with SPEND_CAP_PER_CALL, SPEND_CAP_PER_DAY and SPEND_CAP_PER_MONTH.',
  client: 'The operator sets it in limits with PATCH /v1/clients/{id}.',
  campaign: 'Set it with PATCH /v1/campaigns/{id}.',
} as const;

export const isWithinSpend: Rule = ({ spend }) => {
  if (!spend) return { verdict: 'notes', code: null, detail: 'Nobody asked what it costs.' };
  const { worstCase, caps, unknownPrices } = spend;
  if (caps.length === 0) return withoutCaps(spend);
  if (worstCase.micros === null && unknownPrices === 'deny') {
    return forbids({
      code: 'dial/price-unknown',
      detail: `A cap on spending is set, and nobody knows what this call can cost: there is no price for ${worstCase.missing.join(', ')}.`,
      mend: 'The operator adds the prices with POST /v1/prices, or sets UNKNOWN_PRICES=allow.',
    });
  }
  const full = caps.filter((cap) => isFullFor(cap, worstCase.knownMicros));
  if (full.length > 0) return overCap(spend, full);
  return allows(`The call costs ${toMoney(spend, worstCase.knownMicros)} at most, which every cap has room for.`);
};

/** The law of caps: what is reserved and spent never goes beyond them, so a call must fit at its dearest. */
export const isFullFor = ({ capMicros, usedMicros }: CapState, micros: number) => usedMicros + micros > capMicros;

function withoutCaps(spend: SpendFacts): Finding {
  const { micros, missing } = spend.worstCase;
  if (micros !== null) return allows(`No cap is set. The call costs ${toMoney(spend, micros)} at most.`);
  const detail = `No cap is set, and there is no price for ${missing.join(', ')}.`;
  return { verdict: 'notes', code: null, detail };
}

function overCap(spend: SpendFacts, full: readonly CapState[]): Finding {
  const micros = spend.worstCase.knownMicros;
  const [first] = full.toSorted((one, other) => passes(other, micros) - passes(one, micros));
  if (!first) throw new RangeError('no cap is full');
  const { whose, period, capMicros, usedMicros } = first;
  const left = toMoney(spend, Math.max(capMicros - usedMicros, 0));
  const may = `${whoseWords[whose]} may spend ${toMoney(spend, capMicros)} ${perWords[period]}`;
  const passesAt = passes(first, micros);
  return forbids({
    code: 'dial/spend-cap',
    detail: `The call can cost ${toMoney(spend, micros)}, and ${may}, of which ${left} are left.`,
    mend: `${whereSet[whose]} A shorter longest duration reserves less.`,
    passesAtMs: Number.isFinite(passesAt) ? passesAt : null,
  });
}

/** A call that is dearer than the whole cap never fits. */
const passes = ({ endsAtMs, capMicros }: CapState, micros: number) =>
  endsAtMs === null || micros > capMicros ? Number.POSITIVE_INFINITY : endsAtMs;

const toMoney = ({ currency }: SpendFacts, micros: number) => `${toDecimal(micros)} ${currency}`;
