import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import { lockDirectory } from './lock-directory.ts';

const holdLock = fileURLToPath(new URL('../../../tests/setup/hold-lock.ts', import.meta.url));
let dataDir: string;
let children: ChildProcess[] = [];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'callwright-lock-'));
});

afterEach(async () => {
  await Promise.all(children.map((child) => endChild(child)));
  children = [];
  rmSync(dataDir, { recursive: true, force: true });
});

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Starts a process that tries for the lock, and gives the first line it says. */
async function startHolder(startAtMs = 0): Promise<{ child: ChildProcess; line: string }> {
  const child = spawn(process.execPath, [holdLock, dataDir, String(startAtMs)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = await once(child.stdout!.setEncoding('utf8'), 'data');
  return { child, line: String(line).trim() };
}

test('refuses a directory that a living process holds, and says which and what to do', async () => {
  const { child, line } = await startHolder();
  expect(line).toBe('held');
  await expect(lockDirectory(dataDir, systemClock)).rejects.toMatchObject({
    code: 'store/locked',
    message: expect.stringMatching(
      new RegExp(`^The data directory ${dataDir} is in use by process ${child.pid} on .+, since 20.+Stop that server`),
    ),
  });
});

test('still refuses when the holder does not run at the moment', async () => {
  const { child } = await startHolder();
  child.kill('SIGSTOP');
  await expect(lockDirectory(dataDir, systemClock)).rejects.toMatchObject({ code: 'store/locked' });
});

test('is free as soon as the holder is dead, however it died', async () => {
  const { child } = await startHolder();
  await endChild(child);
  const unlock = await lockDirectory(dataDir, systemClock);
  expect(JSON.parse(readFileSync(join(dataDir, 'lock.json'), 'utf8'))).toMatchObject({ pid: process.pid });
  await unlock();
});

test('refuses a second holder in the same process, and stays locked for others meanwhile', async () => {
  const unlock = await lockDirectory(dataDir, systemClock);
  await expect(lockDirectory(dataDir, systemClock)).rejects.toMatchObject({ code: 'store/locked' });
  const { line } = await startHolder();
  expect(line).toMatch(/^store\/locked .* process \d+ on/);
  await unlock();
  expect((await startHolder()).line).toBe('held');
});

test('writes files that only their owner can read', async () => {
  const unlock = await lockDirectory(dataDir, systemClock);
  const modes = readdirSync(dataDir).map((name) => statSync(join(dataDir, name)).mode & 0o777);
  await unlock();
  expect(modes).toEqual([0o600, 0o600]);
});

test('says so when the directory cannot hold a lock', async () => {
  await expect(lockDirectory(join(dataDir, 'missing'), systemClock)).rejects.toMatchObject({
    code: 'store/unreadable-directory',
  });
});

test('is won by exactly one of four processes that start over a dead holder, 20 times', {
  timeout: 180_000,
}, async () => {
  for (let round = 0; round < 20; round += 1) {
    const startAtMs = Date.now() + 300;
    const holders = await Promise.all([1, 2, 3, 4].map(() => startHolder(startAtMs)));
    const words = holders.map(({ line }) => line.split(' ')[0]);
    expect(words.sort()).toEqual(['held', 'store/locked', 'store/locked', 'store/locked']);
    // The winner dies without letting go, so the next round starts over a dead holder's leavings.
    await Promise.all(holders.map(({ child }) => endChild(child)));
  }
});
