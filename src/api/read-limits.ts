/** How much there is of everything that calls need, how much of it is taken, and what is left, for who asks. */
import type { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import { type AccountHealth, requestsAllowed } from '../call/dial/account-health.ts';
import { allowanceOf } from '../call/dial/client-limits.ts';
import { findNumberTurns } from '../call/dial/find-number-turns.ts';
import type { DialPolicy } from '../call/dial/may-dial.ts';
import { toHealth } from '../call/dial/note-outcome.ts';
import { type PaceLimits, placesAt } from '../call/dial/pace.ts';
import { capsOfClient, toCampaignCaps } from '../call/dial/spend-policy.ts';
import { settingsOf, stateOf } from '../campaign/settings.ts';
import { periodsOf } from '../spend/periods.ts';
import { type Caps, noCaps } from '../spend/spend-caps.ts';
import { countLines, type LinesInUse } from '../store/call-queue.ts';
import { countQueuedCalls } from '../store/calls.ts';
import { type CampaignRow, listCampaignsUnderWay } from '../store/campaigns.ts';
import { listNumberLimits } from '../store/number-paces.ts';
import type { Store } from '../store/open-store.ts';
import { findPace } from '../store/pace.ts';
import { listPhoneNumbers } from '../store/phone-numbers.ts';
import type { Reach } from '../store/reach.ts';
import type { Db } from '../store/schema.ts';
import { allTime, campaignScope, clientScope, listSums, operatorScope } from '../store/spend.ts';
import type { limitsSchema } from './contract/stats.ts';

export interface LimitParts {
  store: Store;
  clock: Clock;
  pace: PaceLimits;
  maxCallsOnLines: number;
  dialPolicy: Pick<DialPolicy, 'ownNumber' | 'spend'>;
  /** Of sums where no policy of spending names one. */
  currency: string;
}

export type Limits = z.infer<typeof limitsSchema>;

const mostListed = 100;
const toMoment = (atMs: number, nowMs: number) => (atMs > nowMs ? new Date(atMs).toISOString() : null);

export async function readLimits(
  parts: LimitParts,
  { reach, clientId }: { reach: Reach; clientId: string | null },
): Promise<Limits> {
  const { store, clock, pace, maxCallsOnLines } = parts;
  const { db } = store;
  const nowMs = clock.now();
  const inUse = await countLines(db);
  const account = await findPace(db, pace.account);
  const campaigns = await listCampaignsUnderWay(db, reach, mostListed);
  const spend = await readSpend(parts, { campaigns, clientId, nowMs });
  const nextAtMs = account === null ? nowMs : placesAt(pace, account.nextAt.getTime(), nowMs).nextAtMs(0);
  return {
    calls_per_second: pace.callsPerSecond,
    lines: { limit: maxCallsOnLines, free: Math.max(maxCallsOnLines - count(inUse, () => true), 0) },
    queued: await countQueuedCalls(db, reach),
    carrier: toCarrier(toHealth(account?.health), nowMs),
    account: reach.everyone
      ? {
          next_call_at: toMoment(nextAtMs, nowMs),
          calls_per_number_per_minute: pace.perNumberPerMinute,
          spend: spend.of(operatorScope, parts.dialPolicy.spend?.caps ?? noCaps),
        }
      : null,
    client: clientId === null ? null : await readClient(db, { clientId, nowMs, spend }),
    numbers: await readNumbers(parts, { reach, inUse, nowMs }),
    campaigns: campaigns.map((row) => toCampaign(row, { inUse, spend, nowMs })),
  };
}

const count = (lines: readonly LinesInUse[], isCounted: (line: LinesInUse) => boolean) =>
  lines.filter(isCounted).reduce((sum, { calls }) => sum + calls, 0);

const toUsed = (limit: number | null, used: number) => ({
  limit,
  used,
  remaining: limit === null ? null : Math.max(limit - used, 0),
});

function toCarrier(health: AccountHealth, nowMs: number): Limits['carrier'] {
  const { most, againAtMs } = requestsAllowed(health, nowMs);
  const isOpen = health.openUntilMs !== null;
  const reasons = {
    throttled: 'throttled',
    unreachable: 'unreachable',
    unclear: 'unclear',
    'locked-out': 'locked_out',
  } as const;
  const why = health.why === null || health.why === 'taken' || health.why === 'declined' ? null : reasons[health.why];
  return {
    breaker: isOpen ? (most === 0 && nowMs < (health.openUntilMs ?? 0) ? 'open' : 'half_open') : 'closed',
    reason: isOpen || most === 0 ? why : null,
    asks_again_at: most === 0 ? toMoment(againAtMs, nowMs) : null,
  };
}

interface Spend {
  of(scope: string, caps: Caps): NonNullable<Limits['account']>['spend'];
  inAll(scope: string, caps: Caps): Limits['campaigns'][number]['spend']['in_all'];
}

async function readSpend(
  { store, dialPolicy, currency: usual }: LimitParts,
  asked: { campaigns: readonly CampaignRow[]; clientId: string | null; nowMs: number },
): Promise<Spend> {
  const currency = dialPolicy.spend?.currency ?? usual;
  const { day, month, dayEndsMs, monthEndsMs } = periodsOf(asked.nowMs);
  const own = asked.clientId === null ? [] : [clientScope(asked.clientId)];
  const scopes = [operatorScope, ...own, ...asked.campaigns.map(({ id }) => campaignScope(id))];
  const sums = await listSums(store.db, { scopes, periods: [day, month, allTime], currency });
  const spentIn = (
    scope: string,
    period: string,
    { limit, endsMs }: { limit: number | null; endsMs: number | null },
  ) => {
    const sum = sums.find((one) => one.scope === scope && one.period === period);
    const [reserved, spent] = [sum?.reserved_micros ?? 0, sum?.settled_micros ?? 0];
    return {
      ...{ limit_micros: limit, reserved_micros: reserved, spent_micros: spent },
      remaining_micros: limit === null ? null : Math.max(limit - reserved - spent, 0),
      resets_at: endsMs === null ? null : new Date(endsMs).toISOString(),
    };
  };
  return {
    of: (scope, caps) => ({
      currency,
      per_call_limit_micros: caps.perCall,
      day: spentIn(scope, day, { limit: caps.perDay, endsMs: dayEndsMs }),
      month: spentIn(scope, month, { limit: caps.perMonth, endsMs: monthEndsMs }),
    }),
    inAll: (scope, caps) => spentIn(scope, allTime, { limit: caps.inAll, endsMs: null }),
  };
}

async function readClient(db: Db, asked: { clientId: string; nowMs: number; spend: Spend }): Promise<Limits['client']> {
  const { clientId, nowMs, spend } = asked;
  const left = await allowanceOf(db, clientId, nowMs);
  return {
    id: clientId,
    concurrent_calls: toUsed(left.concurrentCalls, left.callsOnLines),
    calls_per_minute: toUsed(left.callsPerMinute, left.callsInLastMinute),
    calls_per_day: toUsed(left.callsPerDay, left.callsInLastDay),
    spend: spend.of(clientScope(clientId), await capsOfClient(db, clientId)),
  };
}

async function readNumbers(
  { store, pace, dialPolicy }: LimitParts,
  { reach, inUse, nowMs }: { reach: Reach; inUse: readonly LinesInUse[]; nowMs: number },
): Promise<Limits['numbers']> {
  const { db } = store;
  const limits = await listNumberLimits(db);
  const turns = await findNumberTurns(db, pace, { limits, nowMs });
  const rows = await listPhoneNumbers(db, reach, { limit: mostListed, afterId: '' });
  const listed: { number: string; client_id: string | null }[] = [...rows];
  // The configured number calls whether or not anybody stored who answers it.
  const configured = dialPolicy.ownNumber;
  const isMissing = reach.everyone && !rows.some(({ number }) => number === configured);
  if (isMissing) listed.unshift({ number: configured, client_id: null });
  return listed.slice(0, mostListed).map(({ number, client_id }) => {
    const own = limits.find((one) => one.number === number);
    const calls = count(inUse, (line) => line.from_number === number && line.direction === 'outbound');
    return {
      ...{ number, client_id, calls_per_minute: own?.calls_per_minute ?? pace.perNumberPerMinute },
      concurrent_calls: toUsed(own?.concurrent_calls ?? null, calls),
      next_call_at: toMoment(turns.nextAtMs(number, 0) ?? 0, nowMs),
    };
  });
}

function toCampaign(
  row: CampaignRow,
  { inUse, spend, nowMs }: { inUse: readonly LinesInUse[]; spend: Spend; nowMs: number },
): Limits['campaigns'][number] {
  const { pacing } = settingsOf(row);
  const state = stateOf(row);
  const caps = toCampaignCaps(row.settings);
  const scope = campaignScope(row.id);
  const { id, name, client_id, status, halt } = row;
  return {
    ...{ id, name, client_id, status, halt },
    concurrent_calls: toUsed(
      pacing.concurrent_calls,
      count(inUse, (line) => line.campaign_id === id),
    ),
    calls_per_minute: pacing.calls_per_minute,
    next_call_at: state.phase === 'running' ? toMoment(state.nextSlotAtMs, nowMs) : null,
    spend: { ...spend.of(scope, caps), in_all: spend.inAll(scope, caps) },
  };
}
