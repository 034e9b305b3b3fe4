import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { openSecrets } from './secrets.ts';

const root = mkdtempSync(join(tmpdir(), 'callwright-secrets-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let dataDir = '';
beforeEach(() => {
  dataDir = mkdtempSync(join(root, 'data-'));
});

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
const secretFile = (name: string) => join(dataDir, 'secrets', name);

it('makes 256 bits of each at first start, readable by the server’s user alone', async () => {
  const secrets = await openSecrets(dataDir);
  expect(secrets.sessionSecret).toHaveLength(32);
  expect(secrets.operatorKey).toMatch(/^cw_operator_[\w-]{43}$/);
  expect(readFileSync(secrets.operatorKeyFile, 'utf8').trim()).toBe(secrets.operatorKey);
  expect(modeOf(join(dataDir, 'secrets'))).toBe('700');
  expect(readdirSync(join(dataDir, 'secrets')).sort()).toEqual(['operator-key', 'session-secret']);
  expect([modeOf(secretFile('operator-key')), modeOf(secretFile('session-secret'))]).toEqual(['600', '600']);
});

it('keeps them over restarts, and closes a file that was opened to others', async () => {
  const first = await openSecrets(dataDir);
  chmodSync(secretFile('operator-key'), 0o644);
  expect(await openSecrets(dataDir)).toEqual(first);
  expect(modeOf(secretFile('operator-key'))).toBe('600');
});

it('gives another data directory other secrets', async () => {
  const [one, other] = [await openSecrets(dataDir), await openSecrets(mkdtempSync(join(root, 'data-')))];
  expect(one.operatorKey).not.toBe(other.operatorKey);
  expect(one.sessionSecret).not.toEqual(other.sessionSecret);
});

it.each([
  ['session-secret', 'a cut one', (text: string) => text.slice(0, 40)],
  ['session-secret', 'an empty one', () => ''],
  ['session-secret', 'one that is not hexadecimal', () => 'z'.repeat(64)],
  ['operator-key', 'a cut one', (text: string) => text.slice(0, 40)],
  ['operator-key', 'an empty one', () => '\n'],
] as const)('refuses a %s that is %s, and leaves the file as it is', async (name, _how, spoil) => {
  await openSecrets(dataDir);
  const spoilt = spoil(readFileSync(secretFile(name), 'utf8'));
  writeFileSync(secretFile(name), spoilt);
  await expect(openSecrets(dataDir)).rejects.toMatchObject({
    code: 'config/unusable-data-directory',
    message: `${secretFile(name)} holds no usable secret: delete it to have a new one made.`,
  });
  expect(readFileSync(secretFile(name), 'utf8')).toBe(spoilt);
});

it('says in one line that a data directory is none', async () => {
  const file = join(root, 'a-file');
  writeFileSync(file, 'kept');
  await expect(openSecrets(file)).rejects.toMatchObject({
    code: 'config/unusable-data-directory',
    message: expect.stringMatching(/^DATA_DIR .*a-file cannot be used: ENOTDIR[^\n]*$/),
  });
  expect(readFileSync(file, 'utf8')).toBe('kept');
});

it('makes one set however many processes start at once', async () => {
  const program = `
    const { openSecrets } = await import(${JSON.stringify(new URL('./secrets.ts', import.meta.url).href)});
    process.stdout.write('up\\n');
    await new Promise((go) => process.stdin.once('data', go));
    const { operatorKey, sessionSecret } = await openSecrets(${JSON.stringify(dataDir)});
    process.stdout.write(operatorKey + ' ' + Buffer.from(sessionSecret).toString('hex'));
    process.exit();`;
  const starts = Array.from({ length: 6 }, () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    return { child, up: once(child.stdout, 'data'), ended: once(child, 'exit').then(() => output) };
  });
  await Promise.all(starts.map(({ up }) => up));
  expect(existsSync(join(dataDir, 'secrets'))).toBe(false);
  for (const { child } of starts) child.stdin.write('go\n');
  const outputs = await Promise.all(starts.map(({ ended }) => ended));
  expect(outputs[0]).toMatch(/^up\ncw_operator_[\w-]{43} [0-9a-f]{64}$/);
  expect(new Set(outputs).size).toBe(1);
  expect(readdirSync(join(dataDir, 'secrets')).sort()).toEqual(['operator-key', 'session-secret']);
});
