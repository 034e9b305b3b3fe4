/** Brings a database's tables up to this version, once however many nodes start together. */
import { type Kysely, sql } from 'kysely';
import { type Migration, type MigrationResultSet, Migrator } from 'kysely/migration';
import { CallwrightError, messageOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';

export type Migrations = Record<string, Migration>;

async function namesDone(db: Kysely<unknown>): Promise<string[]> {
  const tables = await sql<{ found: boolean }>`select to_regclass('kysely_migration') is not null as found`.execute(db);
  if (!tables.rows[0]?.found) return [];
  const done = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
  return done.rows.map(({ name }) => name);
}

/**
 * Migrations of a newer version, which this one does not have: while nodes are replaced one by one, the older ones
 * still run on the newer tables, since a migration only ever adds what they do not mind.
 */
function standIns(migrations: Migrations, done: readonly string[]): Migrations {
  const newestKnown = Object.keys(migrations).sort().at(-1) ?? '';
  const newer = done.filter((name) => !(name in migrations) && name > newestKnown);
  return Object.fromEntries(newer.map((name) => [name, { up: async () => {} }]));
}

async function runOnce(db: Kysely<unknown>, migrations: Migrations, log: Logger): Promise<MigrationResultSet> {
  const newer = standIns(migrations, await namesDone(db));
  if (Object.keys(newer).length > 0) {
    log.warn({ migrations: Object.keys(newer) }, 'the database was already migrated by a newer version');
  }
  const provider = { getMigrations: async () => ({ ...migrations, ...newer }) };
  return await new Migrator({ db, provider }).migrateToLatest();
}

/**
 * Runs every migration not yet run, all in one transaction.
 * @throws CallwrightError `store/migration-failed`; nothing is changed then
 */
export async function migrate(db: Kysely<unknown>, migrations: Migrations, log: Logger): Promise<void> {
  let outcome = await runOnce(db, migrations, log);
  // A newer node may have migrated between the look and the lock; a second look sees what it did.
  if (outcome.error !== undefined && outcome.results === undefined) outcome = await runOnce(db, migrations, log);
  if (outcome.error !== undefined) {
    const name = outcome.results?.find(({ status }) => status === 'Error')?.migrationName;
    const which = name === undefined ? 'Migrations' : `Migration ${name}`;
    throw new CallwrightError(
      'store/migration-failed',
      `${which} failed, and nothing was changed: ${messageOf(outcome.error)}`,
      { cause: outcome.error },
    );
  }
  for (const { migrationName } of outcome.results ?? [])
    log.info({ migration: migrationName }, 'the database was migrated');
}
