/** `callwright campaign` against a running server: from a file to its results, and what it says when something is wrong. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../setup/running-server.ts';

const program = join(import.meta.dirname, '../../bin/callwright.mjs');
let server: RunningServer;
let folder: string;
let key: string;

beforeAll(async () => {
  server = await startServer({ speed: 5 });
  folder = mkdtempSync(join(tmpdir(), 'callwright-campaign-command-'));
  const made = await server.post('/v1/api-keys', { name: 'cli', scopes: ['campaigns:read', 'campaigns:write'] });
  key = ((await made.json()) as { key: string }).key;
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Ran {
  code: number | null;
  out: string;
  err: string;
}

function run(args: readonly string[], settings: Record<string, string> = {}): Promise<Ran> {
  const access = { CALLWRIGHT_URL: server.url, CALLWRIGHT_KEY: key, ...settings };
  const child = spawn(process.execPath, [program, 'campaign', ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...access },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => (out += chunk));
  child.stderr.on('data', (chunk) => (err += chunk));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}

async function succeed(...args: string[]): Promise<string> {
  const { code, out, err } = await run(args);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return out;
}

async function fail(args: readonly string[], settings: Record<string, string> = {}): Promise<string> {
  const { code, out, err } = await run(args, settings);
  expect([code, out]).toEqual([1, '']);
  expect(err).not.toMatch(/^\s+at /m);
  return err.trimEnd();
}

/** A zone in which it is between noon and one o'clock now. */
function zoneOfNoon(): string {
  const west = new Date().getUTCHours() - 12;
  return `Etc/GMT${west >= 0 ? '+' : ''}${west}`;
}

function write(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return name;
}

const people = (...numbers: string[]) =>
  ['phone,name,timezone,amount', ...numbers.map((number) => `${number},Sarah,${zoneOfNoon()},12`)].join('\n');

describe('a campaign by the command line', () => {
  it('is made from a file with settings, tried, started, watched to its end, and its results fetched', async () => {
    for (const number of ['+12125551951', '+12125551952']) server.person(number, 'answers after 1s\nhangs up');
    const file = write('people.csv', `${people('+12125551951', '+12125551952')}\nnone,Eve,,3\n`);
    const settings = write('settings.json', JSON.stringify({ agenda: 'Remind them.', breaker: { last_calls: 50 } }));
    const words = ['--welcome-message', 'Hello {{name}}, you owe {{amount}} dollars.'];
    const create = [
      'create',
      file,
      '--name',
      'Invoices',
      '--settings',
      settings,
      '--calls-per-minute',
      '600',
      ...words,
    ];
    const tried = await succeed(...create, '--dry-run');
    expect(tried).toMatch(
      /^3 rows: 2 would be added, 1 wrong\.\nNumber from "phone"; .*\n {2}line 4: .* \(contact\/number\)\n$/,
    );
    expect(await succeed('list')).toBe('');

    const created = await succeed(...create);
    const [id = '', report] = created.split('\n');
    expect([id, report]).toEqual([expect.stringMatching(/^campaign_/), '3 rows: 2 added, 1 wrong.']);
    expect(await server.get(`/v1/campaigns/${id}`)).toMatchObject({
      ...{ name: 'Invoices', agenda: 'Remind them.', status: 'draft' },
      ...{ pacing: { calls_per_minute: 600 }, breaker: { last_calls: 50 } },
    });
    expect(await succeed('add', id, file)).toMatch(/^3 rows: 0 added, 2 twice, 1 wrong\./);
    expect(await succeed('start', id)).toMatch(/^running {3}0 of 2 done with/);
    const watched = await succeed('watch', id);
    expect(watched.trimEnd().split('\n').at(-1)).toBe('completed 2 of 2 done with');
    expect(await succeed('list', '--status', 'completed')).toMatch(
      new RegExp(`^${id} {2}completed {2}.* {2}Invoices\n$`),
    );
    expect(await succeed('results', id)).toMatch(/^number,name,.*\r\n'\+12125551951,Sarah,.*,done,/);
    await succeed('results', id, '--output', 'results.csv');
    expect(readFileSync(join(folder, 'results.csv'), 'utf8')).toBe(await succeed('results', id));
  });

  it('is paused, resumed and canceled, and watching it says that it did not come to its end', async () => {
    server.person('+12125551960', 'does not answer');
    const file = write('one.csv', people('+12125551960'));
    const created = await succeed('create', file, '--name', 'Called off', '--start');
    const [id = ''] = created.split('\n');
    expect(created).toMatch(/\nrunning /);
    expect(await succeed('pause', id)).toMatch(/^paused /);
    expect(await succeed('resume', id)).toMatch(/^running /);
    expect(await succeed('cancel', id, '--hang-up')).toMatch(/^canceled /);
    const { code, out } = await run(['watch', id]);
    expect([code, out.trimEnd().split('\n').at(-1)]).toEqual([1, 'canceled  1 of 1 done with, 1 canceled']);
    expect(await fail(['resume', id])).toMatch(/^409 campaign\/canceled: .+ \(req_\w+\)$/);
  });
});

describe('what is wrong', () => {
  it('is said as the API says it, field by field', async () => {
    const file = write('good.csv', people('+12125551970'));
    const refused = await fail(['create', file, '--country', 'USA', '--calls-per-minute', '0']);
    const [first, ...fields] = refused.split('\n');
    expect(first).toMatch(/^400 request\/invalid: .+ \(req_\w+\)$/);
    expect(fields.map((line) => line.split(':')[0])).toEqual([
      '  name',
      '  default_country',
      '  pacing.calls_per_minute',
    ]);
    expect(await fail(['start', 'campaign_0'])).toMatch(/^404 request\/not-found: /);
    expect(await fail(['list'], { CALLWRIGHT_KEY: 'cw_wrong' })).toMatch(/^401 /);
  });

  it('is said of files and servers that are not there', async () => {
    expect(await fail(['create', 'nowhere.csv', '--name', 'x'])).toMatch(/^The file nowhere\.csv cannot be read: /);
    const wrong = write('wrong.json', '[1]');
    const good = write('good.csv', people('+12125551971'));
    expect(await fail(['create', good, '--settings', wrong])).toMatch(/^The settings in wrong\.json cannot be read: /);
    const nobody = { CALLWRIGHT_URL: 'http://127.0.0.1:9' };
    expect(await fail(['list'], nobody)).toMatch(/^No server answers on http:\/\/127\.0\.0\.1:9: /);
    expect(await server.get<{ data: { name: string }[] }>('/v1/campaigns?status=draft')).toMatchObject({ data: [] });
  });
});
