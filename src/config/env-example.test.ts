import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { expect, it } from 'vitest';
import { toEnvExample } from '../../scripts/write-env-example.ts';
import { readConfig } from './read-config.ts';
import { allSettings } from './settings.ts';

const written = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');

it('is up to date (node scripts/write-env-example.ts makes it so)', () => {
  expect(written).toBe(toEnvExample(allSettings));
});

it('names every setting, and its defaults mean the same as leaving it alone', () => {
  const opened = written.replaceAll(/^# ([A-Z0-9_]+=)/gm, '$1');
  const environment = parseEnv(opened);
  expect(Object.keys(environment).sort()).toEqual(Object.keys(allSettings).sort());
  expect(readConfig(environment)).toEqual(readConfig({}));
});
