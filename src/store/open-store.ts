/** Opens the store: Postgres by its URL, or the embedded one of a data directory; the same SQL on either. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Kysely, sql, type Transaction } from 'kysely';
import { type Clock, waitFor } from '../base/clock.ts';
import { CallwrightError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { NotificationListener, OpenDatabase } from './database-session.ts';
import { type EmbeddedOptions, openEmbedded } from './embedded/open-embedded.ts';
import { createDialect } from './kysely-dialect.ts';
import { type Migrations, migrate } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { openPostgres, type PostgresOptions } from './postgres/open-postgres.ts';
import { runTransaction, type TransactionScope } from './run-transaction.ts';
import type { Database } from './schema.ts';

export type StoreOptions = ({ kind: 'embedded' } & EmbeddedOptions) | ({ kind: 'postgres' } & PostgresOptions);

export interface StoreParts {
  clock: Clock;
  random: Random;
  log: Logger;
  /** This version's own by default. */
  migrations?: Migrations;
}

export interface Store {
  kind: 'embedded' | 'postgres';
  /** For single statements; inside a transaction it refuses with `store/query-outside-transaction`. */
  db: Kysely<Database>;
  /**
   * Runs `work` in a transaction and gives its result; after a deadlock or a serialization failure the whole of it
   * runs again, up to 5 times, so it must not do anything but query.
   * @throws CallwrightError `store/transaction-too-long` after 30 s, `store/busy`, `store/unreachable`
   */
  transaction<T>(work: (tx: Transaction<Database>) => Promise<T>): Promise<T>;
  /**
   * Calls `listener` for each notification on a channel, and with an empty payload when some may have been missed;
   * what it resolves to stops that.
   */
  onNotify(channel: string, listener: NotificationListener): Promise<() => Promise<void>>;
  /** Notifies every node; `within` a transaction when it commits. Payloads are at most 7,999 bytes. */
  notify(channel: string, payload: string, within?: Transaction<Database>): Promise<void>;
  /** Whether a query gets through within 2 s. */
  isReachable(): Promise<boolean>;
  /** Waits for the work in hand, then ends connections, threads and locks. */
  close(): Promise<void>;
}

const reachableLimitMs = 2_000;
const channelName = /^[a-z][a-z0-9_]{0,62}$/;

function checkChannel(channel: string): void {
  if (!channelName.test(channel)) throw new CallwrightError('store/bad-channel', `not a channel's name: ${channel}`);
}

function createKysely<Tables>(database: OpenDatabase, scope: TransactionScope): Kysely<Tables> {
  const acquire = () => {
    if (scope.getStore()?.isOpen) {
      // On the embedded database this would wait for itself, on a server it would not see the transaction's rows.
      throw new CallwrightError(
        'store/query-outside-transaction',
        'Inside a transaction only the transaction itself can be queried.',
      );
    }
    return database.acquire();
  };
  return new Kysely<Tables>({ dialect: createDialect(async () => await acquire()) });
}

/** Migrations on a server have a connection of their own, on which a statement may take as long as it needs. */
async function migrateStore(options: StoreOptions, database: OpenDatabase, parts: StoreParts): Promise<void> {
  const wanted = parts.migrations ?? migrations;
  if (options.kind === 'embedded') {
    return await migrate(createKysely(database, new AsyncLocalStorage()), wanted, parts.log);
  }
  const patient = await openPostgres({ url: options.url, poolSize: 1, statementLimitMs: 0 }, parts);
  try {
    await migrate(createKysely(patient, new AsyncLocalStorage()), wanted, parts.log);
  } finally {
    await patient.close();
  }
}

/**
 * Opens the store and brings its tables up to date.
 * @throws CallwrightError `store/locked`, `store/unreadable-directory`, `store/unreachable`, `store/migration-failed`
 */
export async function openStore(options: StoreOptions, parts: StoreParts): Promise<Store> {
  const database =
    options.kind === 'embedded' ? await openEmbedded(options, parts) : await openPostgres(options, parts);
  try {
    await migrateStore(options, database, parts);
  } catch (error) {
    await database.close();
    throw error;
  }
  const { clock, random } = parts;
  const scope: TransactionScope = new AsyncLocalStorage();
  const db = createKysely<Database>(database, scope);
  return {
    kind: options.kind,
    db,
    transaction: (work) => runTransaction({ db, clock, random, scope }, work),
    async onNotify(channel, listener) {
      checkChannel(channel);
      return await database.listen(channel, listener);
    },
    async notify(channel, payload, within) {
      checkChannel(channel);
      await sql`select pg_notify(${channel}, ${payload})`.execute(within ?? db);
    },
    async isReachable() {
      const answered = scope
        .exit(() => sql`select 1`.execute(db))
        .then(
          () => true,
          () => false,
        );
      const tooLate = new AbortController();
      const limit = waitFor(clock, reachableLimitMs, tooLate.signal).then(() => false);
      return await Promise.race([answered, limit]).finally(() => tooLate.abort());
    },
    close: () => database.close(),
  };
}
