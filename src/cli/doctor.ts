/** `callwright doctor`: has the running server look at itself, and prints what it found and what to do. */
import { healthSchema } from '../api/contract/health.ts';
import { readCommandConfig } from './environment.ts';
import { askOwnServer } from './own-server.ts';

const signs = { good: '✓', warning: '!', bad: '✗' };

export async function doctor(): Promise<void> {
  const own = await askOwnServer(readCommandConfig());
  const { findings } = healthSchema.parse(await own.get('/v1/health'));
  for (const { about, state, detail, mend } of findings) {
    console.log(`${signs[state]} ${about}: ${detail}`);
    if (mend !== null) console.log(`    ${mend}`);
  }
  if (findings.some(({ state }) => state === 'bad')) process.exitCode = 1;
}
