/** A campaign of a seed: its people, its start, and those who hold it, let it go on or call it off meanwhile. */
import { type CampaignAction, changeCampaign } from '../../../src/campaign/change-campaign.ts';
import type { CampaignSettings } from '../../../src/campaign/settings.ts';
import { insertCampaign } from '../../../src/store/campaigns.ts';
import type { Store } from '../../../src/store/open-store.ts';
import { everyone } from '../../../src/store/reach.ts';
import type { SimulatedNode } from './node.ts';

const campaignId = 'campaign_1';

const settings: CampaignSettings = {
  ...{ welcome_message: null, agenda: null, variables: {}, max_duration_seconds: 60, default_country: null },
  ...{ caller_id: null, window: null, starts_at: null, ends_at: null },
  pacing: { calls_per_minute: 30, concurrent_calls: 3, adaptive: null },
  // Twice at most, as its law says.
  retry: { attempts: 2, after_minutes: { busy: 1, no_answer: 1 } },
  breaker: { failed_share: 0.8, last_calls: 10 },
};

/** A draft with people who have not been called. */
export async function prepareCampaign({ db }: Store, numbers: readonly string[], nowMs: number): Promise<void> {
  const at = new Date(nowMs);
  await insertCampaign(db, {
    ...{ id: campaignId, client_id: null, name: 'Campaign', status: 'draft', settings: JSON.stringify(settings) },
    ...{ assistant_id: null, assistant_version: null, pace: JSON.stringify({ phase: 'draft' }), halt: null },
    ...{ caller_ids_used: '{}', revision: 0, next_tick_at: null, created_at: at, updated_at: at },
    ...{ started_at: null, ended_at: null },
  });
  for (const [at_, number] of numbers.entries()) {
    await db
      .insertInto('contacts')
      .values({
        ...{ id: `contact_${at_ + 1}`, campaign_id: campaignId, client_id: null, number, name: null, timezone: null },
        ...{ variables: '{}', line: at_ + 1, state: 'waiting', attempts: 0, deferrals: 0, outcome: null, code: null },
        ...{ first_call_id: null, last_call_id: null, from_number: null, due_at: at, created_at: at, updated_at: at },
      })
      .execute();
  }
}

/** What the API does with a campaign, on one node. */
export async function changeCampaignOn(node: SimulatedNode, action: CampaignAction): Promise<void> {
  const parts = node.work.control.campaignWork;
  const taken = await parts.store.transaction((db) =>
    changeCampaign(parts, db, { reach: everyone, id: campaignId, action }),
  );
  if (taken) parts.campaigns.settle(taken);
}
