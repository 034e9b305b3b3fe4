import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';

const script = fileURLToPath(new URL('./postgres-for-tests.ts', import.meta.url));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'callwright-script-'));
  // Like the system's own directory: as root the server runs as another user.
  chmodSync(folder, 0o1777);
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('starts a server that is gone with all its files when the process that asked for it is killed', async () => {
  const env = { ...process.env, TMPDIR: folder };
  const child = spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
  const client = new pg.Client({ connectionString: String(line).trim().replace('TEST_DATABASE_URL=', '') });
  await client.connect();
  client.on('error', () => {});
  const { rows } = await client.query("select current_setting('fsync') as fsync");
  const [cluster = 'none'] = readdirSync(folder);
  expect(rows).toEqual([{ fsync: 'off' }]);
  const ended = new Promise<void>((resolve) => client.once('end', resolve));
  child.kill('SIGKILL');
  await ended;
  await expect.poll(() => existsSync(join(folder, cluster)), { timeout: 10_000 }).toBe(false);
});
