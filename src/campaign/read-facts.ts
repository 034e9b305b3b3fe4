/** What the database tells about a campaign now, for its machine; read under the campaign's lock. */
import { allowanceOf } from '../call/dial/client-limits.ts';
import { toHealth } from '../call/dial/note-outcome.ts';
import { type CampaignRow, type EndedCall, listCallsUnderWay, listLastEnded } from '../store/campaigns.ts';
import { nextContactDue } from '../store/contacts.ts';
import { findPace } from '../store/pace.ts';
import type { Db } from '../store/schema.ts';
import type { CampaignParts } from './campaign-parts.ts';
import type { CallResult, CampaignState, Facts } from './pace/pace-state.ts';
import { settingsOf, stateOf } from './settings.ts';

/** The pace follows so many of the last calls, the breaker as many as it was told. */
const leastResults = 50;

export async function readFacts(
  { pace }: Pick<CampaignParts, 'pace'>,
  db: Db,
  { row, atMs }: { row: CampaignRow; atMs: number },
): Promise<Facts> {
  const underWay = await listCallsUnderWay(db, row.id);
  const queued = underWay.filter(({ status }) => status === 'queued' || status === 'scheduled').length;
  const talking = underWay.filter(({ answered }) => answered).length;
  return {
    queued,
    talking,
    ringing: underWay.length - queued - talking,
    queueDueAtMs: underWay.reduce<number | null>(
      (first, { due_at: at }) => earlier(first, at?.getTime() ?? null),
      null,
    ),
    nextDueAtMs: await findNextDue(db, row),
    results: await readResults(db, row, stateOf(row)),
    accountShutAtMs: await findShutAt(db, pace.account),
    ...(await readAllowance(db, row, atMs)),
  };
}

const earlier = (one: number | null, other: number | null) =>
  one === null || other === null ? (one ?? other) : Math.min(one, other);

/** After so many more calls were begun in the same transaction: what they changed. */
export async function factsAfterDialing(
  db: Db,
  { row, facts, calls, atMs }: { row: CampaignRow; facts: Facts; calls: number; atMs: number },
): Promise<Facts> {
  const queued = facts.queued + calls;
  return { ...facts, queued, nextDueAtMs: await findNextDue(db, row), ...(await readAllowance(db, row, atMs)) };
}

const findNextDue = async (db: Db, { id }: CampaignRow) => (await nextContactDue(db, id))?.getTime() ?? null;

async function readResults(db: Db, row: CampaignRow, state: CampaignState): Promise<CallResult[]> {
  if (state.phase !== 'running') return [];
  const most = Math.max(settingsOf(row).breaker.last_calls, leastResults);
  const ended = await listLastEnded(db, row.id, { since: new Date(state.resultsSinceMs), limit: most });
  return ended.map(toResult);
}

function toResult({ status, answered, fault }: EndedCall): CallResult {
  if (fault !== null || status === 'failed') return 'failed';
  return answered ? 'answered' : 'unanswered';
}

/** As long as the breaker towards the carrier is not closed again. */
async function findShutAt(db: Db, account: string): Promise<number | null> {
  const health = toHealth((await findPace(db, account))?.health);
  return health.why === 'locked-out' && health.openUntilMs !== null ? (health.shutAtMs ?? null) : null;
}

const minuteMs = 60_000;

/** How many calls the client may still ask for, and when somebody should ask again. */
async function readAllowance(
  db: Db,
  { client_id }: CampaignRow,
  atMs: number,
): Promise<Pick<Facts, 'allowed' | 'askAgainAtMs'>> {
  if (client_id === null) return { allowed: Number.POSITIVE_INFINITY, askAgainAtMs: atMs };
  const left = await allowanceOf(db, client_id, atMs);
  const inMinute = leftOf(left.callsPerMinute, left.callsInLastMinute);
  const inDay = leftOf(left.callsPerDay, left.callsInLastDay);
  return { allowed: Math.min(inMinute, inDay), askAgainAtMs: atMs + (inDay === 0 ? 5 * minuteMs : minuteMs / 12) };
}

const leftOf = (limit: number | null, used: number) =>
  limit === null ? Number.POSITIVE_INFINITY : Math.max(limit - used, 0);
