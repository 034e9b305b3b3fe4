/**
 * Runs every security proof in full, prints what was tried and what came of it, and ends with 1 on any miss.
 * `npm run test:security [-- --only webhooks --seed 1 --scale 0.1]`
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../src/base/clock.ts';
import { silentLogger } from '../src/base/log.ts';
import { systemRandom } from '../src/base/random.ts';
import { openStore } from '../src/store/open-store.ts';
import { proofs } from '../tests/security/proofs.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seed: { type: 'string', default: '1' },
    scale: { type: 'string', default: '1' },
  },
});
const seed = Number(values.seed);
const chosen = proofs.filter(({ name }) => values.only === undefined || values.only === name);

interface Row {
  proof: string;
  tried: number;
  refused: number;
  accepted: number;
  'rows changed': number;
  seconds: number;
  misses: number;
}

/** An embedded database with all tables, from which each proof begins. */
async function buildTemplate(folder: string): Promise<string> {
  const dataDir = join(folder, 'data');
  const store = await openStore(
    { kind: 'embedded', dataDir },
    { clock: systemClock, random: systemRandom, log: silentLogger },
  );
  await store.close();
  return join(dataDir, 'postgres');
}

async function runProofs(storeTemplate: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { name, run, full } of chosen) {
    const startedAt = performance.now();
    const tries = Math.max(Math.ceil(full * Number(values.scale)), 1);
    const found = await run({ tries, seed, storeTemplate });
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    for (const [proof, figures] of Object.entries(found)) {
      const { tried, refused, accepted, rowsChanged, misses } = figures;
      rows.push({ proof, tried, refused, accepted, 'rows changed': rowsChanged, seconds, misses: misses.length });
      for (const miss of misses) console.log(`✗ ${name}: ${miss}`);
    }
    console.log(`${name}: ${seconds} s`);
  }
  return rows;
}

/** The forged tokens and logins are tests of their own. */
function runTokenTests(): boolean {
  const command = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--project',
    'security',
    'tests/security/forged-tokens.test.ts',
  ];
  return spawnSync(process.execPath, command, { stdio: 'inherit' }).status === 0;
}

const folder = mkdtempSync(join(tmpdir(), 'callwright-security-'));
try {
  const rows = await runProofs(await buildTemplate(folder));
  const areTokensRefused = values.only !== undefined || runTokenTests();
  console.table(rows);
  const misses = rows.reduce((sum, row) => sum + row.misses + row['rows changed'], 0);
  console.log(`${misses === 0 && areTokensRefused ? 'all refused' : `${misses} misses`}, seed ${seed}`);
  process.exitCode = misses === 0 && areTokensRefused ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
