/** How far a campaign is, how fast it goes, and when it will be over. */
import { parseClientDialLimits } from '../call/dial/client-dial-limits.ts';
import type { PlaceRules } from '../call/dial/rules/place-rules.ts';
import { type CampaignRow, countDialedSince } from '../store/campaigns.ts';
import { findClient } from '../store/clients.ts';
import { type ContactCount, countByStateAndOutcome, listContacts } from '../store/contacts.ts';
import { everyone } from '../store/reach.ts';
import type { Db } from '../store/schema.ts';
import type { CampaignParts } from './campaign-parts.ts';
import { expectedEnd } from './forecast.ts';
import { settingsOf } from './settings.ts';
import { whenToCallOne } from './when-to-call.ts';

export interface Progress {
  counts: ContactCount[];
  /** Over the last five minutes. */
  dialedPerMinute: number;
  /** While it runs, where it can be told. */
  expectedEndMs: number | null;
}

type ProgressParts = Pick<CampaignParts, 'clock' | 'dialPolicy'>;

const minute = 60_000;
const lookBackMinutes = 5;

export async function readProgress(parts: ProgressParts, db: Db, row: CampaignRow): Promise<Progress> {
  const atMs = parts.clock.now();
  const counts = await countByStateAndOutcome(db, row.id);
  if (row.status !== 'running') return { counts, dialedPerMinute: 0, expectedEndMs: null };
  const runsSinceMs = row.started_at?.getTime() ?? atMs;
  const minutes = Math.min(Math.max((atMs - runsSinceMs) / minute, 1), lookBackMinutes);
  const dialed = await countDialedSince(db, row.id, new Date(atMs - lookBackMinutes * minute));
  const dialedPerMinute = dialed / minutes;
  const { places } = parts.dialPolicy;
  const expectedEndMs = await forecast(db, row, { counts, dialedPerMinute, atMs, places });
  return { counts, dialedPerMinute, expectedEndMs };
}

async function forecast(
  db: Db,
  row: CampaignRow,
  {
    counts,
    dialedPerMinute,
    atMs,
    places,
  }: Pick<Progress, 'counts' | 'dialedPerMinute'> & { atMs: number; places: PlaceRules },
): Promise<number | null> {
  const { pacing, window, starts_at, ends_at } = settingsOf(row);
  const left = counts
    .filter(({ state }) => state === 'waiting' || state === 'calling')
    .reduce((total, { contacts }) => total + contacts, 0);
  // One who waits stands for all of them: where most people of a campaign live, it is the same time.
  const [someone] = await listContacts(
    db,
    { reach: everyone, campaignId: row.id, state: 'waiting' },
    { limit: 1, afterPosition: 0 },
  );
  const client = row.client_id === null ? null : await findClient(db, everyone, row.client_id);
  const limits = client ? { status: client.status, limits: parseClientDialLimits(client.limits) } : null;
  return expectedEnd({
    left,
    callsPerMinute: dialedPerMinute > 0 ? Math.min(dialedPerMinute, pacing.calls_per_minute) : pacing.calls_per_minute,
    atMs: Math.max(atMs, starts_at === null ? 0 : Date.parse(starts_at)),
    endsAtMs: ends_at === null ? null : Date.parse(ends_at),
    when: someone ? whenToCallOne({ window, client: limits, places }, someone) : () => 'now',
  });
}
