import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { readEnvironment } from './environment.ts';
import { BadSettings } from './read-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'callwright-env-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileWith(text: string): string {
  const file = join(folder, '.env');
  writeFileSync(file, text);
  chmodSync(file, 0o600);
  return file;
}

it('puts the environment of the process over the values of the file', () => {
  vi.stubEnv('PORT', '4001');
  const environment = readEnvironment(fileWith('# mine\nPORT=4000\nHOST="127.0.0.2" # local\nLLM_MODEL=a=b\n'));
  expect(environment).toMatchObject({ PORT: '4001', HOST: '127.0.0.2', LLM_MODEL: 'a=b' });
  vi.unstubAllEnvs();
});

it('is the environment of the process alone when there is no file', () => {
  expect(readEnvironment(null)).toEqual({ ...process.env });
});

it('says in one line that a file cannot be read', () => {
  expect(() => readEnvironment(folder)).toThrow(BadSettings);
  expect(() => readEnvironment(folder)).toThrow(/^The file .* cannot be read: EISDIR[^\n]*$/);
});
