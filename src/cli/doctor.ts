/** `callwright doctor`: has the running server look at itself, and prints what it found and what to do. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { healthSchema } from '../api/contract/health.ts';
import { readCommandConfig } from './environment.ts';

const signs = { good: '✓', warning: '!', bad: '✗' };

export async function doctor(): Promise<void> {
  const { host, port, dataDir } = readCommandConfig();
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const key = await readFile(join(dataDir, 'secrets', 'operator-key'), 'utf8').catch(() => null);
  if (key === null) return fail(`There is no operator's key in ${dataDir}: start the server first (npm start).`);
  const headers = { authorization: `Bearer ${key.trim()}` };
  const answer = await fetch(`${url}/v1/health`, { headers }).catch(() => null);
  if (answer === null) return fail(`No server answers on ${url}: start it first (npm start).`);
  if (!answer.ok) return fail(`${url} answered ${answer.status}: ${await answer.text()}`);
  const { findings } = healthSchema.parse(await answer.json());
  for (const { about, state, detail, mend } of findings) {
    console.log(`${signs[state]} ${about}: ${detail}`);
    if (mend !== null) console.log(`    ${mend}`);
  }
  if (findings.some(({ state }) => state === 'bad')) process.exitCode = 1;
}

function fail(words: string): void {
  console.error(words);
  process.exitCode = 1;
}
