import { expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../tests/setup/describe-on-both.ts';
import { defaultAssistant } from '../assistant/assistant.ts';
import { createFakeClock } from '../base/clock.ts';
import { createIds } from '../base/ids.ts';
import { systemRandom } from '../base/random.ts';
import { findCampaign, insertCampaign, updateCampaign } from '../store/campaigns.ts';
import { listContacts, listWaitingWithout } from '../store/contacts.ts';
import type { Store } from '../store/open-store.ts';
import { everyone } from '../store/reach.ts';
import { readContactFile } from './contacts/read-csv.ts';
import { importContacts } from './import-contacts.ts';
import type { CampaignSettings } from './settings.ts';

const settings: Partial<CampaignSettings> = {
  ...{ welcome_message: 'Hello {{name}}, {{city}}', agenda: null, variables: {}, default_country: 'US' },
};

async function openCampaign(store: Store, id: string) {
  const clock = createFakeClock();
  const now = new Date(clock.now());
  await insertCampaign(store.db, {
    ...{ id, client_id: null, name: 'Import', status: 'draft', revision: 0, caller_ids_used: '{}' },
    ...{ assistant_id: null, assistant_version: null, settings: JSON.stringify(settings) },
    ...{ pace: JSON.stringify({ phase: 'draft' }), created_at: now, updated_at: now },
  });
  const parts = { store, clock, newId: createIds(clock, systemRandom) };
  const add = async (csv: string, dryRun = false) => {
    const campaign = await findCampaign(store.db, everyone, id);
    if (!campaign) throw new Error('no campaign');
    const { rows } = readContactFile(pieces(csv));
    return importContacts(parts, { campaign, speaker: defaultAssistant, dryRun }, rows);
  };
  return {
    add,
    all: (limit = 10) => listContacts(store.db, { reach: everyone, campaignId: id }, { limit, afterPosition: 0 }),
  };
}

async function* pieces(text: string) {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

describeOnBothDatabases('contacts', (openFresh) => {
  it('are taken in their order with all they bring, bad rows and duplicates are reported by line', async () => {
    const store = await openFresh();
    const { add, all } = await openCampaign(store, 'campaign_1');
    const csv = [
      'phone,name,zz,city,aa',
      '212 555 0101,Ann,1,Rome,2',
      '+12125550101,Ann,1,Rome,2',
      '+12125550102,Bob,,,',
      '+12125550103,Cid,3,Bonn,',
    ].join('\n');
    const tried = await add(csv, true);
    expect(await all()).toEqual([]);
    const report = await add(csv);
    expect(report).toEqual(tried);
    expect(report).toMatchObject({ rows: 4, added: 2, duplicates: 1, rejected: 1 });
    expect(report.errors.map(({ line, code, message }) => [line, code, message])).toEqual([
      [3, 'contact/duplicate', 'is on line 2 already'],
      [4, 'contact/missing-variable', 'lacks city, which the welcome message or the agenda names'],
    ]);
    const [ann, cid] = await all();
    expect(ann).toMatchObject({ number: '+12125550101', name: 'Ann', line: 2, state: 'waiting', attempts: 0 });
    expect(Object.keys(ann?.variables ?? {})).toEqual(['zz', 'city', 'aa']);
    expect(cid).toMatchObject({ number: '+12125550103', line: 5, variables: { zz: '3', city: 'Bonn' } });
    const again = await add(csv);
    expect(again.errors[0]).toMatchObject({ line: 3, message: 'is on line 2 already' });
    expect(again).toMatchObject({ added: 0, duplicates: 3 });
    const lacking = await listWaitingWithout(store.db, 'campaign_1', { paths: [['aa'], ['name']], limit: 5 });
    expect(lacking.map(({ line }) => line)).toEqual([5]);
  });

  it('are taken by no campaign that is over', async () => {
    const store = await openFresh();
    const { add } = await openCampaign(store, 'campaign_2');
    await updateCampaign(store.db, 'campaign_2', { status: 'completed' });
    await expect(add('phone,name,city\n+12125550101,Ann,Rome')).rejects.toMatchObject({ code: 'campaign/over' });
  });
});
