/** Starts that cannot work, by real processes: one clear line, exit code 1, and nothing on disk harmed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';

const project = fileURLToPath(new URL('../..', import.meta.url));
const program = join(project, 'bin/callwright.mjs');
const root = mkdtempSync(join(tmpdir(), 'callwright-starts-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folder = '';
const running = new Set<ChildProcess>();
beforeEach(() => {
  folder = mkdtempSync(join(root, 'start-'));
});
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a server in the empty folder, where there is no .env, with these settings and no others. */
function launch(settings: Record<string, string>, how: { as?: number; arguments?: string[] } = {}) {
  const environment = { PATH: process.env.PATH, HOME: folder, PORT: '0', DATA_DIR: join(folder, 'data'), ...settings };
  const child = spawn(process.execPath, how.arguments ?? [program, 'start'], {
    cwd: folder,
    env: environment,
    ...(how.as === undefined ? {} : { uid: how.as, gid: how.as }),
  });
  running.add(child);
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => (out += chunk));
  child.stderr.on('data', (chunk) => (err += chunk));
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child);
    return { code: code as number | null, out, err };
  });
  const ready = async () => {
    while (!out.includes('"server is ready"')) {
      const over = await Promise.race([once(child.stdout, 'data').then(() => null), ended]);
      if (over) throw new Error(`the server did not start: ${over.err}`);
    }
  };
  return { child, ended, ready };
}

/** What a person reads when it does not start. */
async function complaintOf(settings: Record<string, string>, how: { as?: number } = {}): Promise<string> {
  const { code, out, err } = await launch(settings, how).ended;
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err.endsWith('\n')).toBe(true);
  expect(err).not.toMatch(/^\s+at /m);
  return err.trimEnd();
}

it('says that the port is taken', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const complaint = await complaintOf({ PORT: String(port) });
  other.close();
  expect(complaint).toBe(
    `Port ${port} on 127.0.0.1 is taken. Stop the program that listens there, or set PORT to a free port (PORT=0 takes any).`,
  );
  expect(readdirSync(folder)).toEqual([]);
});

it('says that it cannot listen on an address that is not of this machine', async () => {
  const complaint = await complaintOf({ HOST: '192.0.2.1' });
  expect(complaint).toMatch(/^The server cannot listen on 192\.0\.2\.1:0: listen EADDRNOTAVAIL[^\n]*$/);
});

it('says what half an account lacks, a line each', async () => {
  const complaint = await complaintOf({ TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}` });
  expect(complaint.split('\n').map((line) => line.split(':')[0])).toEqual([
    'TWILIO_AUTH_TOKEN is missing',
    'TWILIO_PHONE_NUMBER is missing',
  ]);
  expect(readdirSync(folder)).toEqual([]);
});

it('says what an unknown setting was meant to be', async () => {
  expect(await complaintOf({ PUBLC_URL: 'https://e.org' })).toBe(
    'PUBLC_URL is not a setting; did you mean PUBLIC_URL?',
  );
});

it('says which place of the table of hours and holidays is wrong, a line each', async () => {
  const file = join(folder, 'rules.json');
  const table = { states: { TX: { source: 'mine', hours: { windows: { mon: [['9:00', '17:00']] } } } }, county: {} };
  writeFileSync(file, JSON.stringify(table));
  expect(await complaintOf({ DIAL_RULES_FILE: file })).toBe(
    `DIAL_RULES_FILE ${file}: states.TX.hours.windows.mon.0.0: must be a time like 08:30, 24:00 at most\n` +
      `DIAL_RULES_FILE ${file}: the table: Unrecognized key: "county"`,
  );
  writeFileSync(file, '{');
  expect(await complaintOf({ DIAL_RULES_FILE: file })).toMatch(/^DIAL_RULES_FILE .*rules\.json: [^\n]*JSON[^\n]*$/);
  expect(await complaintOf({ DIAL_RULES_FILE: 'nowhere.json' })).toMatch(
    /^DIAL_RULES_FILE nowhere\.json: ENOENT[^\n]*$/,
  );
  expect(readdirSync(folder)).toEqual(['rules.json']);
});

it('says that .env cannot be read', async () => {
  mkdirSync(join(folder, '.env'));
  expect(await complaintOf({})).toMatch(/^The file \.env cannot be read: EISDIR[^\n]*$/);
});

it.each([
  ['in the place of the data directory', (file: string) => file],
  ['above the data directory', (file: string) => join(file, 'data')],
])('says that there is a file %s, and leaves it alone', async (_name, toDataDir) => {
  const file = join(folder, 'occupied');
  writeFileSync(file, 'a letter');
  const complaint = await complaintOf({ DATA_DIR: toDataDir(file) });
  expect(complaint).toMatch(/^Cannot make the data directory: (EEXIST|ENOTDIR)[^\n]*$/);
  expect(readFileSync(file, 'utf8')).toBe('a letter');
});

it('says that the data directory may not be used', async () => {
  // Nothing is forbidden to root, so that one gives up its rights first.
  const isRoot = process.getuid?.() === 0;
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir);
  chmodSync(dataDir, 0o500);
  if (isRoot) for (const path of [root, folder, dataDir]) chmodSync(path, 0o555);
  const complaint = await complaintOf({ DATA_DIR: dataDir }, isRoot ? { as: 65_534 } : {});
  expect(complaint).toMatch(/^Cannot lock .*data.lock: [^\n]*$/);
  chmodSync(dataDir, 0o700);
  expect(readdirSync(dataDir)).toEqual([]);
});

it('says who holds the data directory, at once, and the holder goes on', async () => {
  const holder = launch({});
  await holder.ready();
  const startedAt = performance.now();
  const complaint = await complaintOf({});
  expect(performance.now() - startedAt).toBeLessThan(2000);
  expect(complaint).toMatch(
    new RegExp(`^The data directory .*data is in use by process ${holder.child.pid} on \\S+, since \\S+\\. Stop that`),
  );
  expect(complaint.split('\n')).toHaveLength(1);
  holder.child.kill('SIGTERM');
  expect(await holder.ended).toMatchObject({ code: 0, err: '' });
  expect(existsSync(join(folder, 'data', 'lock.json'))).toBe(false);
});

it.each([
  ['nothing listens', 'postgres://me:hunter2@127.0.0.1:1/calls', 'Cannot use the Postgres server at 127.0.0.1:1/calls'],
  ['it is no Postgres address', 'mysql://me:hunter2@db/calls', 'DATABASE_URL must be an address like postgres://'],
  ['it is no address', 'hunter2', 'DATABASE_URL must be an address like postgres://'],
])('says why the database cannot be had when %s, without its password', async (_name, DATABASE_URL, line) => {
  const complaint = await complaintOf({ DATABASE_URL });
  expect(complaint.slice(0, line.length)).toBe(line);
  expect(complaint.split('\n')).toHaveLength(1);
  expect(complaint).not.toContain('hunter2');
});

it('says that a secret is cut, and leaves it as it is', async () => {
  mkdirSync(join(folder, 'data', 'secrets'), { recursive: true });
  const file = join(folder, 'data', 'secrets', 'session-secret');
  writeFileSync(file, 'abc');
  const complaint = await complaintOf({ LOG_LEVEL: 'warn' });
  expect(complaint).toBe(`${file} holds no usable secret: delete it to have a new one made.`);
  expect(readFileSync(file, 'utf8')).toBe('abc');
});

it.each([[['begin']], [['start', '--fast']], [['simulate', '--port', 'x']]])(
  'says that the command %j is none',
  async (words) => {
    const { code, err } = await launch({}, { arguments: [program, ...words] }).ended;
    expect(code).toBe(1);
    expect(err).toMatch(/^error: [^\n]*\n$/);
  },
);

it.each([['22.12.0'], ['24.6.0']])('says in one line what to do where Node is %s', async (version) => {
  const disguise = join(folder, 'old-node.mjs');
  writeFileSync(
    disguise,
    `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });
     Object.defineProperty(process, 'version', { value: 'v${version}' });`,
  );
  const { code, err } = await launch({}, { arguments: ['--import', disguise, program, 'start'] }).ended;
  expect(code).toBe(1);
  expect(err.startsWith(`Callwright needs Node 24.7 or newer, and this is v${version}. npm ci brings it along`)).toBe(
    true,
  );
  expect(err.trimEnd()).not.toContain('\n');
  expect(readdirSync(folder)).toEqual(['old-node.mjs']);
});
