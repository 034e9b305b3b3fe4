/** An embedded database without a table, made once at installation: to copy it takes a tenth of making one. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import { openEmbedded } from './open-embedded.ts';

const builds = join(import.meta.dirname, '../../../build');

/** Of the version of PGlite that is installed, since another one might keep its files otherwise. */
function placeOfEmptyDatabase(): string {
  const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  const { version } = JSON.parse(readFileSync(join(entry, '../../package.json'), 'utf8')) as { version: string };
  return join(builds, `empty-database-${version}`);
}

/** Where it lies; null where it was not made, as after `npm ci --ignore-scripts`. */
export function findEmptyDatabase(): string | null {
  const place = placeOfEmptyDatabase();
  return existsSync(place) ? place : null;
}

/** Makes it where it is missing; under another name until it is whole. */
export async function makeEmptyDatabase(): Promise<'there' | 'made'> {
  if (findEmptyDatabase() !== null) return 'there';
  mkdirSync(builds, { recursive: true });
  const draft = mkdtempSync(join(builds, 'draft-'));
  try {
    const database = await openEmbedded({ dataDir: draft }, { clock: systemClock, log: silentLogger });
    await database.close();
    if (findEmptyDatabase() === null) renameSync(join(draft, 'postgres'), placeOfEmptyDatabase());
    return 'made';
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}
