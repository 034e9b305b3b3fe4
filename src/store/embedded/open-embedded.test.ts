import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import { systemRandom } from '../../base/random.ts';
import { openStore, type Store } from '../open-store.ts';
import { whileAwaited } from '../urgency.ts';
import { startDatabaseThread } from './database-thread.ts';

const parts = { clock: systemClock, random: systemRandom, log: silentLogger, migrations: {} };
const writer = fileURLToPath(new URL('../../../tests/setup/write-acknowledged-rows.ts', import.meta.url));
let dataDir: string;

beforeEach(() => {
  dataDir = join(mkdtempSync(join(tmpdir(), 'callwright-embedded-')), 'data');
});

afterEach(() => {
  rmSync(join(dataDir, '..'), { recursive: true, force: true });
});

const open = (): Promise<Store> => openStore({ kind: 'embedded', dataDir, template: inject('emptyTemplate') }, parts);

test('keeps what was written when it is opened again', async () => {
  const first = await open();
  await sql`create table kept as select 7 as number`.execute(first.db);
  await first.close();
  const second = await open();
  const { rows } = await sql`select number from kept`.execute(second.db);
  await second.close();
  expect(rows).toEqual([{ number: 7 }]);
});

test('does first what somebody waits for, statement or transaction, and all of it by and by', async () => {
  const store = await open();
  const order: string[] = [];
  const read = async (name: string): Promise<void> => {
    await sql`select 1`.execute(store.db);
    order.push(name);
  };
  const readTwice = (name: string) =>
    store.transaction(async (tx) => {
      await sql`select 1`.execute(tx);
      await sql`select 2`.execute(tx);
      order.push(name);
    });
  const taken = Promise.withResolvers<void>();
  const free = Promise.withResolvers<void>();
  const first = store.transaction(async () => {
    taken.resolve();
    await free.promise;
  });
  await taken.promise;
  const asked = Array.from({ length: 50 }, (_, index) => read(`background ${index}`));
  asked.push(whileAwaited('request', () => readTwice('request')));
  asked.push(whileAwaited('carrier', () => read('carrier')));
  free.resolve();
  await Promise.all([first, ...asked]);
  await store.close();
  expect(order.slice(0, 3)).toEqual(['carrier', 'request', 'background 0']);
  expect(order).toHaveLength(52);
});

test('lets nobody but its owner into its directory, and leaves no lock when it is closed', async () => {
  const store = await open();
  expect(readdirSync(dataDir).sort()).toEqual(['lock', 'lock.json', 'postgres']);
  expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  expect(statSync(join(dataDir, 'postgres')).mode & 0o777).toBe(0o700);
  await store.close();
  expect(readdirSync(dataDir).sort()).toEqual(['lock', 'postgres']);
});

test('refuses a second store on its directory at once', async () => {
  const store = await open();
  const startedAt = performance.now();
  await expect(open()).rejects.toMatchObject({ code: 'store/locked' });
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  expect(await store.isReachable()).toBe(true);
  await store.close();
});

test('starts over when an earlier start died while it was making the database', async () => {
  mkdirSync(join(dataDir, 'postgres.new', 'base'), { recursive: true });
  const store = await open();
  expect(await store.isReachable()).toBe(true);
  await store.close();
  expect(existsSync(join(dataDir, 'postgres.new'))).toBe(false);
});

test('says in one line that a directory holds no database, and lets it go again', async () => {
  mkdirSync(join(dataDir, 'postgres'), { recursive: true });
  writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '9\n');
  await expect(open()).rejects.toMatchObject({
    code: 'store/unreadable-directory',
    message: expect.stringMatching(/^Cannot open the database in .+\/postgres: /),
  });
  rmSync(join(dataDir, 'postgres'), { recursive: true });
  await (await open()).close();
});

test('says in one line that a data directory cannot be made', async () => {
  writeFileSync(dataDir, 'a file');
  await expect(open()).rejects.toMatchObject({ code: 'store/unreadable-directory' });
});

test('fails every statement clearly once its thread has died', async () => {
  const directory = join(dataDir, 'postgres');
  mkdirSync(dataDir);
  cpSync(inject('emptyTemplate'), directory, { recursive: true });
  const broken: string[] = [];
  const thread = startDatabaseThread(
    { directory, template: null },
    { onNotification: () => {}, onBroken: (reason) => broken.push(reason) },
  );
  await thread.opened;
  // Without its log Postgres panics, as it does when the disk fails.
  rmSync(join(directory, 'pg_wal'), { recursive: true });
  const dying = thread.run('create table t (id int); select pg_switch_wal(); insert into t values (1); checkpoint', []);
  await expect(dying).rejects.toMatchObject({ code: 'store/unreachable' });
  await expect(thread.run('select 1', [])).rejects.toMatchObject({ code: 'store/unreachable' });
  await thread.close();
  expect(broken).toHaveLength(1);
});

/** Lets a process write for a while, kills it, and gives the last number that it said was committed. */
async function writeAndKill(firstNumber: number, count: number): Promise<number> {
  const child = spawn(process.execPath, [writer, dataDir, String(firstNumber)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let last = firstNumber - 1;
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line);
    if (last === firstNumber + count) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return last;
}

test('loses no acknowledged row when its process is killed, five times', { timeout: 180_000 }, async () => {
  await (await open()).close();
  let next = 0;
  for (let cycle = 0; cycle < 5; cycle += 1) {
    const last = await writeAndKill(next, 40 + cycle * 23);
    const store = await open();
    const { rows } = await sql<{ rows: number; wrong: number; last: number }>`select count(*) as rows,
      count(*) filter (where copy <> number) as wrong, max(number) as last from acknowledged`.execute(store.db);
    await store.close();
    const found = rows[0]!;
    // One more may have been committed whose word did not get out.
    expect(found.last - last).toBeLessThanOrEqual(1);
    expect(found).toEqual({ rows: found.last + 1, wrong: 0, last: Math.max(last, found.last) });
    next = found.last + 1;
  }
});
