/** Takes the pictures of the README: starts a server with some calls in it, and looks at the main pages. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { chromium, type Page } from 'playwright-core';
import { createFastClock } from '../src/base/clock.ts';
import { silentLogger } from '../src/base/log.ts';
import { buildDashboard } from '../src/cli/build-dashboard.ts';
import { readConfig } from '../src/config/read-config.ts';
import { parsePerson } from '../src/simulator/person/parse-person.ts';
import { type Callwright, createCallwright } from '../src/wiring.ts';
import { chromiumFlags, chromiumForTests, whatToInstall } from './chromium-for-tests.ts';

const folder = process.argv[2] ?? 'docs/images';
const speed = 1;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

type Ask = <T>(path: string, body?: unknown) => Promise<T>;

const assistants = [
  {
    name: 'Payment reminder',
    engine: 'cascade',
    prompt:
      'You are the friendly phone assistant of Northwind Energy. You remind people of what they owe, kindly and briefly.',
    welcome_message:
      'Hello {{customerName}}, this is the assistant of Northwind Energy. I am calling about your account.',
    agenda: 'Remind {{customerName}} of {{amount}} due on {{dueDate}}, and offer to help.',
  },
  { name: 'Appointment desk', engine: 'relay', prompt: 'You arrange and move appointments of a dental practice.' },
];

const known = { customerName: 'Robin Lee', amount: '$250.00', dueDate: 'December 10' };

const people = [
  ['+14155550101', 'Sarah Johnson'],
  ['+14155550103', 'Ken Ito'],
  ['+14155550104', 'Priya Raman'],
  ['+14155550110', 'Alex Moreau'],
] as const;

/** Real calls to simulated people, and a month of older ones that are only rows. */
async function fill({ store }: Callwright, ask: Ask): Promise<void> {
  for (const assistant of assistants) await ask('/v1/assistants', assistant);
  const placed: string[] = [];
  for (const [to, customerName] of people) {
    const variables = { ...known, customerName };
    placed.push((await ask<{ id: string }>('/v1/calls', { to, assistant_id: 1, variables })).id);
  }
  for (const id of placed) {
    for (let look = 0; look < 600; look += 1) {
      const { state } = await ask<{ state: string }>(`/v1/calls/${id}`);
      if (state === 'ended') break;
      await pause(200);
    }
  }
  await sql`insert into calls (id, dialect, direction, to_number, from_number, status, lifecycle, revision, carrier,
      carrier_sid, assistant, parameters, sessions_offered, sessions_opened, created_at, answered_at, ended_at,
      duration_seconds, outcome)
    select 'call_older' || n, 'v1', 'outbound', '+1415' || (5550200 + n % 700), '+15551234567',
      case when n % 4 = 0 then 'no_answer' else 'completed' end, '{"phase":"over"}'::jsonb, 5, 'twilio',
      'CA' || lpad(n::text, 32, '0'), '{"name":"Payment reminder"}'::jsonb, '{}'::jsonb, 1, 1,
      ${new Date()}::timestamptz - (n % 29 + 1) * interval '1 day', case when n % 4 = 0 then null else ${new Date()}::timestamptz end,
      ${new Date()}::timestamptz, 20 + n % 90, case when n % 4 = 0 then 'no_answer' else 'talked' end
    from generate_series(1, 640) as n where n % 29 < 8 + n % 23`.execute(store.db);
}

async function takePictures(page: Page, url: string, ask: Ask): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const shoot = async (name: string, path: string) => {
    await page.goto(url + path);
    await page.waitForLoadState('networkidle').catch(() => {});
    await pause(600);
    await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
  };
  const { data } = await ask<{ data: { id: string; to: string }[] }>('/v1/calls?limit=20');
  const talked = data.find(({ to }) => to === '+14155550101') ?? data[0];
  page.context().setDefaultTimeout(15_000);
  await page.goto(url);
  await page.getByRole('figure').waitFor();
  await shoot('home', '/');
  await shoot('calls', '/calls');
  await shoot('call', `/calls/${talked?.id}`);
  await shoot('assistant', '/assistants/1');
  await shoot('place-call', '/place-call');
  await shoot('settings', '/settings');
  await shootLiveCall(page, url, ask);
  await shoot('phone', '/phone?assistant=1');
  for (const [name, value] of Object.entries(known)) await page.getByLabel(name).fill(value);
  await page.getByRole('button', { name: 'Let it call me' }).click();
  await page.getByRole('button', { name: 'Answer' }).click();
  await page.getByText(/calling about your account/).waitFor();
  await page.getByLabel('Type what you say').fill('Thanks, how much is it?');
  await page.getByRole('button', { name: 'Say', exact: true }).click();
  await pause(6000);
  await page.screenshot({ path: join(folder, 'phone.png'), animations: 'disabled' });
}

/** Somebody listens in on a person who is patient. */
async function shootLiveCall(page: Page, url: string, ask: Ask): Promise<void> {
  const to = '+14155550108';
  const script =
    'answers after 1s\npatience 600s\nlistens\nsays "Hello, could you hold on for a moment?"\nstays silent';
  callwright.simulator?.setPerson(to, parsePerson('a patient person', script));
  const { id: assistant_id } = await ask<{ id: number }>('/v1/assistants', {
    ...{ name: 'Front desk', engine: 'cascade', prompt: 'You are the front desk of Northwind Energy.' },
    welcome_message: 'Hello, this is the front desk of Northwind Energy. How can I help you?',
    tools: [{ type: 'transfer', targets: [{ name: 'Billing', number: '+14155550109' }] }],
  });
  const { id } = await ask<{ id: string }>('/v1/calls', { to, assistant_id });
  await page.goto(`${url}/calls/${id}`);
  await page.getByText('How can I help you?').waitFor();
  await page.getByRole('button', { name: 'Listen in' }).click();
  await page.getByText('You hear both sides').waitFor();
  await page.screenshot({ path: join(folder, 'live-call.png'), animations: 'disabled' });
  await ask(`/v1/calls/${id}/hangup`, {});
}

const executablePath = chromiumForTests();
if (executablePath === null) throw new Error(whatToInstall);
const built = await buildDashboard();
if (built.result === 'failed') throw new Error(built.output);
const dataDir = mkdtempSync(join(tmpdir(), 'callwright-pictures-'));
const callwright = await createCallwright(readConfig({ PORT: '0', DATA_DIR: dataDir, CALLS_PER_SECOND: '100' }), {
  ...{ log: silentLogger, audibleVoices: true, simulator: { clock: createFastClock(speed) } },
  socketLimits: { framesPerSecond: 100 * speed, burstFrames: 1000 * speed },
});
const browser = await chromium.launch({ executablePath, args: [...chromiumFlags] });
try {
  const ask: Ask = async (path, body) => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const answer = await fetch(callwright.url + path, body === undefined ? {} : init);
    const answered: unknown = await answer.json();
    if (!answer.ok) throw new Error(JSON.stringify(answered));
    return answered as never;
  };
  await fill(callwright, ask);
  const colorScheme = process.env.DARK === '1' ? 'dark' : 'light';
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-US', colorScheme });
  const page = await context.newPage();
  page.on('console', (message) => message.type() === 'error' && console.error(message.text()));
  await takePictures(page, callwright.url, ask);
} finally {
  await browser.close();
  await callwright.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
