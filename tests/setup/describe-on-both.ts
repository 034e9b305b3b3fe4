/** Runs the same tests on the embedded database and on a real Postgres server. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, describe, inject } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import type { Migrations } from '../../src/store/migrate.ts';
import { openStore, type Store, type StoreOptions, type StoreParts } from '../../src/store/open-store.ts';

type Cleanup = () => Promise<void> | void;

/** A place where a store can be opened, again and again. */
export interface FreshDatabase {
  options: StoreOptions;
  remove: Cleanup;
}

async function runOnServer(serverUrl: string, command: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  await client.query(command).finally(() => client.end());
}

/** A data directory of its own; with all tables already there unless `empty`. */
export function freshDataDir(contents: 'migrated' | 'empty' = 'migrated'): FreshDatabase {
  const dataDir = mkdtempSync(join(tmpdir(), 'callwright-store-'));
  const template = inject(contents === 'migrated' ? 'migratedTemplate' : 'emptyTemplate');
  return {
    options: { kind: 'embedded', dataDir, template },
    remove: () => rmSync(dataDir, { recursive: true, force: true }),
  };
}

/** A database of its own on the real server. */
export async function freshPostgres(): Promise<FreshDatabase & { options: { kind: 'postgres'; url: string } }> {
  const serverUrl = inject('postgresUrl');
  if (serverUrl === null) throw new Error('this run was told to do without Postgres (WITHOUT_POSTGRES=1)');
  const name = `test_${Buffer.from(systemRandom.bytes(8)).toString('hex')}`;
  await runOnServer(serverUrl, `create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    options: { kind: 'postgres', url: url.href },
    remove: () => runOnServer(serverUrl, `drop database if exists ${name} with (force)`),
  };
}

/** Whether this run has a real server: only a run with WITHOUT_POSTGRES=1 has none. */
export function hasPostgres(): boolean {
  return inject('postgresUrl') !== null;
}

export interface FreshStoreOptions {
  /** Instead of the product's own tables. */
  migrations?: Migrations;
  parts?: Partial<StoreParts>;
}

export type OpenFresh = (options?: FreshStoreOptions) => Promise<Store>;

/**
 * Defines the same tests for both databases. `openFresh` opens a store with a database of its own, migrated;
 * all are closed and removed after the tests.
 */
export function describeOnBothDatabases(name: string, define: (openFresh: OpenFresh) => void): void {
  describeOn(hasPostgres() ? ['embedded', 'postgres'] : ['embedded'], name, define);
}

/** The same for what several connections do beside each other, of which the embedded database has one. */
export function describeOnPostgres(name: string, define: (openFresh: OpenFresh) => void): void {
  describeOn(hasPostgres() ? ['postgres'] : [], name, define);
}

function describeOn(
  kinds: readonly ('embedded' | 'postgres')[],
  name: string,
  define: (openFresh: OpenFresh) => void,
): void {
  describe.each(kinds)(`${name} (on %s)`, (kind) => {
    const opened: { store: Store; remove: Cleanup }[] = [];
    afterAll(async () => {
      for (const { store, remove } of opened) {
        await store.close();
        await remove();
      }
    });
    define(async (options = {}) => {
      const contents = options.migrations ? 'empty' : 'migrated';
      const { options: place, remove } = kind === 'embedded' ? freshDataDir(contents) : await freshPostgres();
      const parts = { clock: systemClock, random: systemRandom, log: silentLogger, ...options.parts };
      const store = await openStore(place, {
        ...parts,
        ...(options.migrations ? { migrations: options.migrations } : {}),
      });
      opened.push({ store, remove });
      return store;
    });
  });
}
