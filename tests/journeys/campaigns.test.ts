/** A campaign from a file with mistakes to its results: started, paused, resumed, canceled. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallResource } from '../../src/api/contract/calls.ts';
import { type CampaignWithProgress, campaignWithProgressSchema } from '../../src/api/contract/campaigns.ts';
import { type ContactImport, type ContactResource, contactImportSchema } from '../../src/api/contract/contacts.ts';
import { problemSchema } from '../../src/api/contract/text.ts';
import { systemClock, waitFor } from '../../src/base/clock.ts';
import { type RunningServer, startServer } from '../setup/running-server.ts';
import { zoneOfNoon } from '../setup/zone-of-noon.ts';

let server: RunningServer;
beforeAll(async () => {
  // The simulated carrier gives up on a webhook by its own clock: a busy machine must not look like a lost one.
  server = await startServer({ config: { maxConcurrentCalls: 1000 }, speed: 5 });
});
afterAll(() => server.stop());

const fast = { calls_per_minute: 60_000, concurrent_calls: 100 };

async function create(fields: object = {}): Promise<CampaignWithProgress> {
  const response = await server.post('/v1/campaigns', { name: 'Reminders', pacing: fast, ...fields });
  const answer = (await response.json()) as CampaignWithProgress;
  if (response.status !== 201) throw new Error(JSON.stringify(answer));
  expect(response.headers.get('location')).toBe(`/v1/campaigns/${answer.id}`);
  return campaignWithProgressSchema.parse(answer);
}

const find = (id: string) => server.get<CampaignWithProgress>(`/v1/campaigns/${id}`);

async function upload(id: string, csv: string, query = ''): Promise<ContactImport> {
  const response = await server.post(`/v1/campaigns/${id}/contacts${query}`, csv, { 'content-type': 'text/csv' });
  const answer = (await response.json()) as ContactImport;
  if (response.status !== 200) throw new Error(JSON.stringify(answer));
  return contactImportSchema.parse(answer);
}

async function act(id: string, action: string, body: object = {}): Promise<CampaignWithProgress> {
  const response = await server.post(`/v1/campaigns/${id}/${action}`, body);
  const answer = (await response.json()) as CampaignWithProgress;
  if (response.status !== 200) throw new Error(JSON.stringify(answer));
  return answer;
}

async function contactsOf(id: string, query = ''): Promise<ContactResource[]> {
  return (await server.get<{ data: ContactResource[] }>(`/v1/campaigns/${id}/contacts?limit=100${query}`)).data;
}

/** The campaign once it is as wanted. */
async function when(id: string, isSo: (campaign: CampaignWithProgress) => boolean): Promise<CampaignWithProgress> {
  for (;;) {
    const campaign = await find(id);
    if (isSo(campaign)) return campaign;
    await waitFor(systemClock, 20);
  }
}

const people = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => `+1212555${String(1000 + from + index)}`);
const csvOf = (numbers: readonly string[]) =>
  ['phone,name,timezone,amount', ...numbers.map((number) => `${number},Sarah,${zoneOfNoon()},12`)].join('\n');

describe('a campaign', () => {
  it('takes a file with mistakes, calls the rest, and is over', async () => {
    const campaign = await create({ welcome_message: 'Hello {{name}}, you owe {{amount}} dollars.' });
    expect(campaign).toMatchObject({ status: 'draft', progress: { contacts: 0 } });
    const zone = zoneOfNoon();
    const lines = [
      '\uFEFFPhone;Full Name;Time zone;amount;note',
      `+12125551001;Sarah;${zone};12;"first; of all"`,
      `212 555 1002;Bob;${zone};13;`,
      `+12125551003;Eve;Nowhere/Land;14;`,
      `+12125551001;Sarah again;${zone};15;`,
      `+1 (212) 555-1004;Dan;${zone};;`,
      '',
      `+1 (212) 555-1005;Ann;${zone};16;`,
    ];
    const tried = await upload(campaign.id, lines.join('\r\n'), '?dry_run=true');
    expect(tried).toMatchObject({ dry_run: true, rows: 6, added: 2, duplicates: 1, rejected: 3 });
    expect(await contactsOf(campaign.id)).toEqual([]);
    const report = await upload(campaign.id, lines.join('\r\n'));
    expect(report).toEqual({ ...tried, dry_run: false });
    expect(report.columns).toEqual({
      number: 'Phone',
      name: 'Full Name',
      timezone: 'Time zone',
      variables: ['amount', 'note'],
    });
    expect(report.errors.map(({ line, code }) => [line, code])).toEqual([
      [3, 'contact/number'],
      [4, 'contact/timezone'],
      [5, 'contact/duplicate'],
      [6, 'contact/missing-variable'],
    ]);
    expect(report.errors[3]?.message).toContain('amount');
    expect(await upload(campaign.id, lines.join('\r\n'))).toMatchObject({ added: 0, duplicates: 3 });
    for (const number of ['+12125551001', '+12125551005']) server.person(number, 'answers after 1s\nhangs up');

    expect(await act(campaign.id, 'start')).toMatchObject({ status: 'running' });
    const over = await when(campaign.id, ({ status }) => status === 'completed');
    expect(over.progress).toMatchObject({ contacts: 2, by_state: { done: 2, waiting: 0, calling: 0 } });
    const [sarah] = await contactsOf(campaign.id, '&number=%2B12125551001');
    expect(sarah).toMatchObject({
      line: 2,
      state: 'done',
      attempts: 1,
      variables: { amount: '12', note: 'first; of all' },
    });
    const call = await server.get<CallResource>(`/v1/calls/${sarah?.last_call_id}`);
    expect(call).toMatchObject({ to: '+12125551001', dialect: 'campaign', status: 'completed' });
    expect(call.welcome_message).toBe('Hello Sarah, you owe 12 dollars.');
  });

  it('pauses and goes on where it stopped, and calls nobody twice', async () => {
    const numbers = people(12, 100);
    for (const number of numbers) server.person(number, 'answers after 1s\nhangs up');
    const { id } = await create({ pacing: { calls_per_minute: 600, concurrent_calls: 3 } });
    await upload(id, csvOf(numbers));
    await act(id, 'start');
    await when(id, ({ progress }) => progress.by_state.done >= 2);
    await act(id, 'pause');
    const paused = await when(id, ({ progress }) => progress.by_state.calling === 0);
    expect(paused.status).toBe('paused');
    expect(paused.progress.by_state.waiting).toBeGreaterThan(0);
    await act(id, 'resume');
    const over = await when(id, ({ status }) => status === 'completed');
    expect(over.progress.by_state.done).toBe(12);
    expect((await contactsOf(id)).map(({ attempts }) => attempts)).toEqual(numbers.map(() => 1));
    const { rows } = await callsTo(id);
    expect(new Set(rows.map(({ to_number }) => to_number)).size).toBe(12);
    expect(rows.filter(({ dialing_at }) => dialing_at !== null)).toHaveLength(12);
  });

  it('is called off at once: nobody waits, rings or is dialled any more', async () => {
    const numbers = people(40, 200);
    for (const number of numbers) server.person(number, 'does not answer');
    const { id } = await create({ pacing: { calls_per_minute: 600, concurrent_calls: 5 } });
    await upload(id, csvOf(numbers));
    await act(id, 'start');
    await when(id, ({ progress }) => progress.by_state.calling >= 2);
    expect(await act(id, 'cancel')).toMatchObject({ status: 'canceled' });
    const over = await when(id, ({ progress }) => progress.by_state.canceled === 40);
    expect(over.progress.by_state).toMatchObject({ waiting: 0, calling: 0 });
    const response = await server.post(`/v1/campaigns/${id}/resume`, {});
    expect(response.status).toBe(409);
    expect(problemSchema.parse(await response.json())).toMatchObject({ code: 'campaign/canceled' });
  });
});

describe('a campaign whose calls do not get through', () => {
  it('tries again who did not answer, as often as it was told, from the same number', async () => {
    server.person('+12125551400', 'is busy');
    const { id } = await create({ retry: { attempts: 2, after_minutes: { busy: 1 } } });
    await upload(id, csvOf(['+12125551400']));
    await act(id, 'start');
    const waiting = await when(id, ({ progress }) => progress.by_outcome.busy === 1);
    expect(waiting).toMatchObject({ status: 'running', progress: { by_state: { waiting: 1 } } });
    const [contact] = await contactsOf(id);
    expect(contact).toMatchObject({ attempts: 1, outcome: 'busy', state: 'waiting' });
    const delayMs = Date.parse(contact?.due_at ?? '') - Date.parse(contact?.updated_at ?? '');
    expect(delayMs).toBeGreaterThanOrEqual(60_000);
    // The minute passes.
    const { db } = server.callwright.store;
    await db
      .updateTable('contacts')
      .set({ due_at: new Date(0) })
      .where('campaign_id', '=', id)
      .execute();
    await server.post(`/v1/campaigns/${id}/contacts`, csvOf(['+12125551400']), { 'content-type': 'text/csv' });
    const over = await when(id, ({ status }) => status === 'completed');
    expect(over.progress.by_state.failed).toBe(1);
    const calls = await db.selectFrom('calls').selectAll().where('campaign_id', '=', id).orderBy('attempt').execute();
    expect(calls.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(calls[1]).toMatchObject({ retry_of: calls[0]?.id, from_number: calls[0]?.from_number });
  });

  it('is halted when too many fail, and goes on when somebody resumes it', async () => {
    const numbers = people(20, 500);
    for (const number of numbers) server.person(number, 'cannot be reached');
    const { id } = await create({
      pacing: { calls_per_minute: 600, concurrent_calls: 1 },
      breaker: { failed_share: 0.5, last_calls: 5 },
    });
    await upload(id, csvOf(numbers));
    await act(id, 'start');
    const halted = await when(id, ({ status }) => status === 'halted');
    expect(halted.halt).toMatchObject({ code: 'campaign/calls-fail' });
    expect(halted.progress.by_state.failed).toBeLessThan(10);
    expect(await act(id, 'resume')).toMatchObject({ status: 'running', halt: null });
    await act(id, 'cancel');
  });

  it('skips whom a rule forbids, and says by which', async () => {
    await server.post('/v1/do-not-call', { number: '+12125551600', reason: 'asked' });
    const { id } = await create();
    await upload(id, csvOf(['+12125551600']));
    await act(id, 'start');
    await when(id, ({ status }) => status === 'completed');
    expect((await contactsOf(id))[0]).toMatchObject({ state: 'skipped', code: 'dial/do-not-call', attempts: 0 });
  });
});

describe('a campaign’s contacts', () => {
  it('come as JSON, each looked at by itself, and go out as CSV that no spreadsheet runs', async () => {
    const { id } = await create({ default_country: 'US' });
    const added = await server.post(`/v1/campaigns/${id}/contacts`, [
      { number: '212 555 1700', name: '=cmd()', variables: { note: '+1+1', list: [1, 2] } },
      { number: 'none' },
      { name: 'nobody' },
      { number: '+12125551701', extra: 1 },
    ]);
    expect(contactImportSchema.parse(await added.json())).toMatchObject({ rows: 4, added: 1, rejected: 3 });
    const csv = await (await fetch(`${server.url}/v1/campaigns/${id}/results`)).text();
    const [header, row] = csv.trim().split('\r\n');
    expect(header).toBe('number,name,timezone,state,outcome,code,attempts,last_call_id,updated_at,note,list');
    expect(row).toMatch(/^'\+12125551700,'=cmd\(\),,waiting,,,0,,[^,]+,'\+1\+1,"\[1,2\]"$/);
  });

  it('come once for an Idempotency-Key, which a file of the same length with other people cannot use', async () => {
    const { id } = await create();
    const path = `/v1/campaigns/${id}/contacts`;
    const send = (csv: string, key: string) =>
      server.post(path, csv, { 'content-type': 'text/csv', 'idempotency-key': key });
    const [first, other] = [csvOf(people(50, 700)), csvOf(people(50, 750))];
    expect(first.length).toBe(other.length);
    const report = (await (await send(first, 'monday')).json()) as ContactImport;
    expect(report).toMatchObject({ added: 50 });
    const again = await send(first, 'monday');
    expect([again.headers.get('idempotency-replayed'), await again.json()]).toEqual(['true', report]);
    const refused = await send(other, 'monday');
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([
      422,
      'request/idempotency-key',
    ]);
    expect(await contactsOf(id)).toHaveLength(50);
    expect(await (await send(other, 'tuesday')).json()).toMatchObject({ added: 50 });
  });

  it('that lack what a template names are found at the start, with their lines', async () => {
    const { id } = await create();
    await upload(id, csvOf(['+12125551800']));
    const changed = await fetch(`${server.url}/v1/campaigns/${id}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ welcome_message: 'Hello {{name}} of {{city}}' }),
    });
    expect(changed.status).toBe(200);
    const response = await server.post(`/v1/campaigns/${id}/start`, {});
    expect(response.status).toBe(422);
    const problem = problemSchema.parse(await response.json());
    expect(problem).toMatchObject({ code: 'campaign/missing-variables' });
    expect(problem.errors?.[0]?.message).toBe('+12125551800, line 2');
  });

  it('cannot be none', async () => {
    const { id } = await create();
    const response = await server.post(`/v1/campaigns/${id}/start`, {});
    expect(problemSchema.parse(await response.json())).toMatchObject({ status: 409, code: 'campaign/no-contacts' });
  });
});

async function callsTo(campaignId: string) {
  const rows = await server.callwright.store.db
    .selectFrom('calls')
    .select(['to_number', 'dialing_at'])
    .where('campaign_id', '=', campaignId)
    .execute();
  return { rows };
}
