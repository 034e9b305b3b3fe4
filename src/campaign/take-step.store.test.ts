import { expect, it } from 'vitest';
import { describeOnBothDatabases, describeOnPostgres } from '../../tests/setup/describe-on-both.ts';
import { defaultAssistant } from '../assistant/assistant.ts';
import { openRoom } from '../call/testing/open-room.ts';
import { findCampaign, insertCampaign, lockCampaign } from '../store/campaigns.ts';
import { insertContacts, listContacts } from '../store/contacts.ts';
import type { Store } from '../store/open-store.ts';
import { everyone } from '../store/reach.ts';
import { createCampaigns } from './run-campaigns.ts';
import type { CampaignSettings } from './settings.ts';
import { takeCampaignStep } from './take-step.ts';

const officeHours: [string, string][] = [['09:00', '17:00']];
const settings: CampaignSettings = {
  ...{ welcome_message: 'Hello {{city}}', agenda: null, variables: {}, max_duration_seconds: null },
  ...{ default_country: null, caller_id: null, starts_at: null, ends_at: null, retry: null },
  pacing: { calls_per_minute: 180, concurrent_calls: 10, adaptive: null },
  window: { windows: { mon: officeHours, tue: officeHours }, timezone: 'recipient' },
  breaker: { failed_share: 0.5, last_calls: 20 },
};
const id = 'campaign_1';

/** A campaign on a Monday at ten in New York, whose contacts have these zones, and all but the last of each a city. */
async function openCampaign(store: Store, contacts: readonly { zone: string; city?: string }[]) {
  const room = openRoom(store);
  const { clock, newId, speech } = room;
  const now = new Date(clock.now());
  await insertCampaign(store.db, {
    ...{ id, client_id: null, name: 'Step', status: 'running', revision: 0, caller_ids_used: '{}' },
    ...{ assistant_id: null, assistant_version: null, settings: JSON.stringify(settings) },
    pace: JSON.stringify({ phase: 'running', nextSlotAtMs: clock.now(), resultsSinceMs: clock.now() }),
    ...{ created_at: now, updated_at: now },
  });
  await insertContacts(
    store.db,
    { campaignId: id, clientId: null, now },
    contacts.map(({ zone, city }, at) => ({
      ...{ id: newId('contact'), number: `+1212555${1000 + at}`, name: null, timezone: zone, line: at + 1 },
      variables: city === undefined ? {} : { city },
    })),
  );
  const parts = { ...room, speech, from: '+15550100', assistant: defaultAssistant, voicePath: '/voice' };
  return {
    ...{ room, parts },
    tick: () =>
      store.transaction(async (db) => {
        const row = await lockCampaign(db, id);
        if (!row) throw new Error('no campaign');
        return takeCampaignStep(parts, db, { row, wish: { type: 'tick' } });
      }),
    all: () => listContacts(store.db, { reach: everyone, campaignId: id }, { limit: 100, afterPosition: 0 }),
  };
}

const auckland = { zone: 'Pacific/Auckland', city: 'Auckland' };
const newYork = { zone: 'America/New_York', city: 'New York' };

describeOnBothDatabases('a step of a campaign', (openFresh) => {
  it('begins calls to those who may be called now, whoever stands before them', async () => {
    const store = await openFresh();
    const nobody = { zone: 'America/New_York' };
    const { tick, all } = await openCampaign(store, [
      ...Array.from({ length: 30 }, () => auckland),
      ...[newYork, nobody, newYork, newYork, newYork],
    ]);
    const taken = await tick();
    const contacts = await all();
    const called = [contacts[30], contacts[32], contacts[33]];
    expect(taken.calls.map(({ row }) => row.to_number)).toEqual(called.map((contact) => contact?.number));
    expect(taken.calls.map(({ row }) => row.due_at?.getTime())).toEqual(
      [0, 333, 667].map((ms) => Date.UTC(2026, 0, 5, 15) + ms),
    );
    for (const [at, contact] of called.entries()) {
      const callId = taken.calls[at]?.id;
      expect(contact).toMatchObject({ state: 'calling', attempts: 1, first_call_id: callId, last_call_id: callId });
      expect(contact?.from_number).toBe('+15550100');
    }
    expect(taken.calls.flatMap(({ events }) => events.map(({ type }) => type))).toEqual(Array(3).fill('call.queued'));
    expect(contacts[31]).toMatchObject({ state: 'skipped', code: 'template/missing-variables' });
    expect(contacts[34]).toMatchObject({ state: 'waiting', attempts: 0 });
    // Nine in the morning there is eight in the evening before in London.
    const opensAt = new Date(Date.UTC(2026, 0, 5, 20));
    for (const contact of contacts.slice(0, 30)) expect(contact).toMatchObject({ state: 'waiting', due_at: opensAt });
    expect(await findCampaign(store.db, everyone, id)).toMatchObject({
      ...{ pace: taken.row.pace, caller_ids_used: { '+15550100': 3 }, next_tick_at: taken.row.next_tick_at },
    });
  });
});

describeOnPostgres('campaigns', (openFresh) => {
  it('are looked at soon where somebody asked for it while another node had one of them', async () => {
    const store = await openFresh();
    const { parts, room, all } = await openCampaign(store, [newYork]);
    const campaigns = createCampaigns(parts);
    const settled = () => expect.poll(() => room.clock.pendingTimers).toBe(1);
    campaigns.start();
    await settled();
    const [held, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const other = store.transaction(async (db) => {
      await lockCampaign(db, id);
      held.resolve();
      await over.promise;
    });
    await held.promise;
    campaigns.wake(id);
    room.clock.advance(50);
    await settled();
    over.resolve();
    await other;
    expect(await all()).toMatchObject([{ state: 'waiting' }]);
    room.clock.advance(1000);
    await expect.poll(async () => (await all())[0]?.state).toBe('calling');
    await campaigns.stop();
  });
});
