import { type Kysely, sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { describeOnBothDatabases, freshPostgres, hasPostgres } from '../../tests/setup/describe-on-both.ts';
import { systemClock } from '../base/clock.ts';
import { silentLogger } from '../base/log.ts';
import { systemRandom } from '../base/random.ts';
import { type Migrations, migrate } from './migrate.ts';
import { openStore } from './open-store.ts';

const parts = { clock: systemClock, random: systemRandom, log: silentLogger };

const makeTable = (name: string) => ({
  up: async (db: Kysely<unknown>) => {
    await sql`create table ${sql.table(name)} (id int)`.execute(db);
  },
});

async function tablesOf(db: Kysely<unknown>): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select tablename as name from pg_tables
    where schemaname = 'public' and tablename not like 'kysely%' order by 1`.execute(db);
  return rows.map(({ name }) => name);
}

describeOnBothDatabases('migrating', (openFresh) => {
  const open = async (migrations: Migrations) => {
    const store = await openFresh({ migrations });
    return { db: store.db as unknown as Kysely<unknown> };
  };

  test('runs what has not run yet, in order', async () => {
    const { db } = await open({ '0001-a': makeTable('a') });
    await migrate(db, { '0001-a': makeTable('a'), '0002-b': makeTable('b') }, silentLogger);
    expect(await tablesOf(db)).toEqual(['a', 'b']);
  });

  test('leaves nothing half done and names the migration that failed', async () => {
    const { db } = await open({ '0001-a': makeTable('a') });
    const broken = {
      up: async (tx: Kysely<unknown>) => {
        await sql`create table c (id int)`.execute(tx);
        await sql`select no_such_column from c`.execute(tx);
      },
    };
    const run = migrate(db, { '0001-a': makeTable('a'), '0002-b': makeTable('b'), '0003-c': broken }, silentLogger);
    await expect(run).rejects.toMatchObject({
      code: 'store/migration-failed',
      message: expect.stringMatching(/^Migration 0003-c failed, and nothing was changed: .*no_such_column/),
    });
    expect(await tablesOf(db)).toEqual(['a']);
  });

  test('runs on tables that a newer version has already migrated', async () => {
    const { db } = await open({ '0001-a': makeTable('a'), '0002-b': makeTable('b') });
    await migrate(db, { '0001-a': makeTable('a') }, silentLogger);
    expect(await tablesOf(db)).toEqual(['a', 'b']);
  });

  test('refuses a database whose history is not its own', async () => {
    const { db } = await open({ '0001-other': makeTable('other') });
    await expect(migrate(db, { '0002-b': makeTable('b') }, silentLogger)).rejects.toMatchObject({
      code: 'store/migration-failed',
    });
    expect(await tablesOf(db)).toEqual(['other']);
  });

  test('makes the tables of this version', async () => {
    const store = await openFresh();
    expect(await tablesOf(store.db as unknown as Kysely<unknown>)).toContain('calls');
  });
});

describe.runIf(hasPostgres())('migrating with several nodes', () => {
  test('runs each migration once when four start together on an empty database', async () => {
    const { options, remove } = await freshPostgres();
    const slow = {
      up: async (db: Kysely<unknown>) => {
        await sql`create table slow (id int)`.execute(db);
        await sql`select pg_sleep(0.3)`.execute(db);
      },
    };
    const migrations = { '0001-slow': slow, '0002-b': makeTable('b') };
    const stores = await Promise.all([1, 2, 3, 4].map(() => openStore(options, { ...parts, migrations })));
    const { rows } = await sql`select name from kysely_migration order by 1`.execute(stores[0]!.db);
    for (const store of stores) await store.close();
    await remove();
    expect(rows).toEqual([{ name: '0001-slow' }, { name: '0002-b' }]);
  });
});
