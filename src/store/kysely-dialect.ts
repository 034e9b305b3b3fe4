/** Lets Kysely speak to either database through its sessions. */
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  type QueryResult,
  type TransactionSettings,
} from 'kysely';
import { CallwrightError } from '../base/errors.ts';
import type { DatabaseSession } from './database-session.ts';
import { QueryCompiler } from './query-compiler.ts';

const changingCommands = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);

class SessionConnection implements DatabaseConnection {
  readonly #session: DatabaseSession;

  constructor(session: DatabaseSession) {
    this.#session = session;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const { rows, command, rowCount } = await this.#session.run(query.sql, query.parameters);
    const changed = changingCommands.has(command) ? { numAffectedRows: BigInt(rowCount ?? 0) } : {};
    // The rows' types are Kysely's word: it wrote the query.
    return { rows: rows as Row[], ...changed };
  }

  // biome-ignore lint/correctness/useYield: there is nothing to yield, rows come all at once
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('streaming is not offered: read in pages');
  }

  /** @throws CallwrightError `store/transaction-aborted` when an earlier statement had failed, so nothing is kept */
  async commit(): Promise<void> {
    const { command } = await this.#session.run('commit', []);
    if (command === 'ROLLBACK') {
      throw new CallwrightError(
        'store/transaction-aborted',
        'a statement failed earlier, so the transaction was undone',
      );
    }
  }

  /** Never fails: a session that cannot roll back is broken, and a broken session is not used again. */
  async rollBack(): Promise<void> {
    await this.#session.run('rollback', []).catch(() => undefined);
  }

  release(): void {
    this.#session.release();
  }
}

class SessionDriver implements Driver {
  readonly #acquire: () => Promise<DatabaseSession>;

  constructor(acquire: () => Promise<DatabaseSession>) {
    this.#acquire = acquire;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<SessionConnection> {
    return new SessionConnection(await this.#acquire());
  }

  async beginTransaction(connection: SessionConnection, settings: TransactionSettings): Promise<void> {
    const isolation = settings.isolationLevel ? ` isolation level ${settings.isolationLevel}` : '';
    const access = settings.accessMode ? ` ${settings.accessMode}` : '';
    await connection.executeQuery(CompiledQuery.raw(`begin${isolation}${access}`));
  }

  async commitTransaction(connection: SessionConnection): Promise<void> {
    await connection.commit();
  }

  async rollbackTransaction(connection: SessionConnection): Promise<void> {
    await connection.rollBack();
  }

  async releaseConnection(connection: SessionConnection): Promise<void> {
    connection.release();
  }

  /** Nothing: whoever opened the database closes it. */
  async destroy(): Promise<void> {}
}

export function createDialect(acquire: () => Promise<DatabaseSession>): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new SessionDriver(acquire),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new QueryCompiler(),
  };
}
