/**
 * Keeps a second server off a data directory by a lock of the operating system: it dies with the process that holds it,
 * so no lock is ever left behind, none is taken from the living, and no process id is mistaken for another.
 */
import { existsSync } from 'node:fs';
import { chmod, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { Clock } from '../../base/clock.ts';
import { CallwrightError, messageOf } from '../../base/errors.ts';

const sqliteBusy = 5;

const Holder = z.object({ pid: z.number(), host: z.string(), since: z.string() });

/** Locks held by this process: one that was collected as garbage would be let go. */
const held = new Set<DatabaseSync>();

async function describeHolder(holderPath: string): Promise<string> {
  try {
    const holder = Holder.parse(JSON.parse(await readFile(holderPath, 'utf8')));
    return `process ${holder.pid} on ${holder.host}, since ${holder.since}`;
  } catch {
    return 'another process';
  }
}

/**
 * SQLite takes the one lock that every system has; nothing is ever stored in its file. `IMMEDIATE`, because of several
 * that start at once one always wins; of several that begin `EXCLUSIVE` each can keep out all others, itself included.
 */
function takeLock(lockPath: string): DatabaseSync | 'taken' {
  const lock = new DatabaseSync(lockPath, { timeout: 0 });
  try {
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE');
    return lock;
  } catch (error) {
    lock.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy) return 'taken';
    throw error;
  }
}

async function writeHolder(holderPath: string, clock: Clock): Promise<void> {
  const holder = { pid: process.pid, host: hostname(), since: new Date(clock.now()).toISOString() };
  const draftPath = `${holderPath}.${process.pid}`;
  await writeFile(draftPath, `${JSON.stringify(holder)}\n`, { mode: 0o600 });
  await rename(draftPath, holderPath);
}

async function refuse(dataDir: string): Promise<never> {
  const holder = await describeHolder(join(dataDir, 'lock.json'));
  throw new CallwrightError(
    'store/locked',
    `The data directory ${dataDir} is in use by ${holder}. Stop that server first, or give this one another DATA_DIR.`,
  );
}

/**
 * Looks whether anybody holds `dataDir`, so that who comes second hears it before a whole server was loaded.
 * @throws CallwrightError `store/locked`
 */
export async function refuseHeldDirectory(dataDir: string): Promise<void> {
  const lockPath = join(dataDir, 'lock');
  if (!existsSync(lockPath)) return;
  let lock: DatabaseSync | 'taken';
  try {
    lock = takeLock(lockPath);
  } catch {
    // What is wrong with it is told by who has to hold it.
    return;
  }
  if (lock === 'taken') return await refuse(dataDir);
  lock.close();
}

/**
 * Holds `dataDir` for this process until the returned function is called or the process ends in whatever way.
 * @throws CallwrightError `store/locked` when it is held, `store/unreadable-directory` when no lock can be had there
 */
export async function lockDirectory(dataDir: string, clock: Clock): Promise<() => Promise<void>> {
  const lockPath = join(dataDir, 'lock');
  const holderPath = join(dataDir, 'lock.json');
  let lock: DatabaseSync | 'taken';
  try {
    lock = takeLock(lockPath);
  } catch (error) {
    throw new CallwrightError('store/unreadable-directory', `Cannot lock ${lockPath}: ${messageOf(error)}.`);
  }
  if (lock === 'taken') return await refuse(dataDir);
  const taken = lock;
  held.add(taken);
  const unlock = async () => {
    if (!held.delete(taken)) return;
    await rm(holderPath, { force: true }).catch(() => undefined);
    taken.close();
  };
  try {
    await chmod(lockPath, 0o600);
    await writeHolder(holderPath, clock);
  } catch (error) {
    await unlock();
    throw new CallwrightError('store/unreadable-directory', `Cannot write ${holderPath}: ${messageOf(error)}.`);
  }
  return unlock;
}
