/** Gets the databases of a test run ready: a real Postgres server, and an embedded database to copy from. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startPostgresForTests, type TestPostgres } from '../../scripts/postgres-for-tests.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { findEmptyDatabase } from '../../src/store/embedded/empty-database.ts';
import { openStore } from '../../src/store/open-store.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Null only when the run was told to do without by WITHOUT_POSTGRES=1. */
    postgresUrl: string | null;
    /** A closed embedded database with all tables, and one with none. */
    migratedTemplate: string;
    emptyTemplate: string;
  }
}

const parts = { clock: systemClock, random: systemRandom, log: silentLogger };

async function startPostgres(): Promise<TestPostgres | null> {
  if (process.env.WITHOUT_POSTGRES !== '1') return await startPostgresForTests();
  process.stderr.write(
    '\n!! WITHOUT_POSTGRES=1: NOTHING IS TESTED ON A REAL POSTGRES SERVER IN THIS RUN, THE STORE IS HALF TESTED !!\n\n',
  );
  return null;
}

async function buildTemplates(folder: string): Promise<{ migrated: string; empty: string }> {
  const dataDir = join(folder, 'data');
  const empty = join(folder, 'empty');
  const template = findEmptyDatabase();
  const options = { kind: 'embedded', dataDir, ...(template === null ? {} : { template }) } as const;
  const bare = await openStore(options, { ...parts, migrations: {} });
  await bare.close();
  cpSync(join(dataDir, 'postgres'), empty, { recursive: true });
  const migrated = await openStore({ kind: 'embedded', dataDir }, parts);
  await migrated.close();
  return { migrated: join(dataDir, 'postgres'), empty };
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'callwright-templates-'));
  // Also when the run ends by force, which skips the teardown.
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeFolder);
  const [postgres, templates] = await Promise.all([startPostgres(), buildTemplates(folder)]);
  project.provide('postgresUrl', postgres?.url ?? null);
  project.provide('migratedTemplate', templates.migrated);
  project.provide('emptyTemplate', templates.empty);
  return async () => {
    await postgres?.stop();
    removeFolder();
    process.off('exit', removeFolder);
  };
}
