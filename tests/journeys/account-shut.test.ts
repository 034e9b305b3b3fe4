/** The carrier takes no call of the account while a campaign runs: it is halted, told once, and loses nobody. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CampaignWithProgress } from '../../src/api/contract/campaigns.ts';
import type { ContactResource } from '../../src/api/contract/contacts.ts';
import { systemClock, waitFor } from '../../src/base/clock.ts';
import { type RunningServer, startServer } from '../setup/running-server.ts';

let server: RunningServer;
let asked = 0;

const countingFetch: typeof fetch = (input, init) => {
  if (init?.method === 'POST' && String(input).endsWith('/Calls.json')) asked += 1;
  return fetch(input, init);
};

beforeAll(async () => {
  server = await startServer({ overrides: { fetch: countingFetch } });
});
afterAll(() => server.stop());
beforeEach(() => {
  asked = 0;
});

const find = (id: string) => server.get<CampaignWithProgress>(`/v1/campaigns/${id}`);
const contactsOf = async (id: string) =>
  (await server.get<{ data: ContactResource[] }>(`/v1/campaigns/${id}/contacts?limit=100`)).data;

async function when(id: string, status: string): Promise<CampaignWithProgress> {
  for (;;) {
    const campaign = await find(id);
    if (campaign.status === status) return campaign;
    await waitFor(systemClock, 20);
  }
}

async function startCampaign(numbers: readonly string[]): Promise<string> {
  const pacing = { calls_per_minute: 60, concurrent_calls: 10 };
  const created = await server.post('/v1/campaigns', { name: 'Reminders', pacing });
  const { id } = (await created.json()) as { id: string };
  // It is noon somewhere, and the hours of a campaign's calls are kept.
  const west = new Date(systemClock.now()).getUTCHours() - 12;
  const timezone = `Etc/GMT${west >= 0 ? '+' : ''}${west}`;
  await server.post(
    `/v1/campaigns/${id}/contacts`,
    numbers.map((number) => ({ number, timezone })),
  );
  expect((await server.post(`/v1/campaigns/${id}/start`, {})).status).toBe(200);
  return id;
}

const haltsOf = async (id: string) => {
  const events = await server.get<{ data: { type: string; data: { campaign_id?: string } }[] }>(
    '/v1/events?type=campaign.halted&limit=100',
  );
  return events.data.filter(({ data }) => data.campaign_id === id).length;
};

describe.each([
  ['refuses the token', 401, 20003],
  ['has suspended the account', 403, 20005],
  ['does not let it call there', 400, 21215],
])('an account when the carrier %s', (...[, status, code]) => {
  it('burns no attempts, halts the campaign, tells it once, and goes on when somebody resumes', async () => {
    const fault = { type: 'refused', status, code, message: 'Words of the carrier.' } as const;
    server.simulator.setFaults({ creates: { chances: [{ probability: 1, fault }] } });
    const numbers = Array.from({ length: 8 }, (_, at) => `+1212555${String(code).slice(-2)}0${at}`);
    for (const number of numbers) server.person(number, 'is busy');
    const id = await startCampaign(numbers);
    const halted = await when(id, 'halted');
    expect(halted.halt).toMatchObject({ code: 'campaign/account-refused' });
    expect(asked).toBeLessThanOrEqual(2);
    const after = await contactsOf(id);
    expect(after.filter(({ state }) => state === 'waiting').length).toBeGreaterThanOrEqual(numbers.length - 2);
    expect(after.reduce((sum, { attempts }) => sum + attempts, 0)).toBeLessThanOrEqual(2);
    expect(await haltsOf(id)).toBe(1);

    server.simulator.setFaults({});
    await healed();
    await server.post(`/v1/campaigns/${id}/resume`, {});
    const over = await when(id, 'completed');
    expect(over.progress.contacts).toBe(numbers.length);
    expect(over.progress.by_outcome.busy).toBeGreaterThanOrEqual(numbers.length - 2);
    expect(await haltsOf(id)).toBe(1);
  });
});

/** The time in which the carrier is not asked has passed. */
async function healed(): Promise<void> {
  await server.callwright.store.db.updateTable('pace').set({ health: null }).execute();
}
