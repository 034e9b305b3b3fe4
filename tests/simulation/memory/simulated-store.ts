/** The store of one simulated node: the real Kysely and the real transactions, on a database that the simulation owns. */
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type CompiledQuery,
  type ConnectionProvider,
  type DatabaseConnection,
  DefaultQueryExecutor,
  type Dialect,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type RootOperationNode,
  sql,
} from 'kysely';
import type { Clock } from '../../../src/base/clock.ts';
import { CallwrightError } from '../../../src/base/errors.ts';
import type { Random } from '../../../src/base/random.ts';
import type { Store } from '../../../src/store/open-store.ts';
import { runTransaction, type TransactionScope } from '../../../src/store/run-transaction.ts';
import type { Database } from '../../../src/store/schema.ts';

export type DatabaseStep = 'begin' | 'statement' | 'commit' | 'rollback';

/** What one connection does at the database. */
export interface BackendSession {
  begin(): Promise<void>;
  run(query: CompiledQuery): Promise<QueryResult<unknown>>;
  /** False when a statement had failed, so that nothing is kept. */
  commit(): Promise<boolean>;
  rollBack(): Promise<void>;
}

export interface Backend {
  /** Whether queries are read as they are built, without their text. */
  readsNodes: boolean;
  open(): BackendSession;
  /** Where only one connection exists, the others wait their turn. */
  turnstile: Turnstile | null;
  listen(channel: string, listener: (payload: string) => void): () => void;
}

/** What comes between a node and its database: waiting, and misfortune. Null where there is nothing to wait for. */
export interface DatabaseWeather {
  /** May throw what went wrong before it was done; never settles for a node that died. */
  before(step: DatabaseStep): Promise<void> | null;
  /** The same after it was done. */
  after(step: DatabaseStep): Promise<void> | null;
}

/** Lets one in after another, in the order in which they came. */
export interface Turnstile {
  enter(): Promise<() => void>;
}

export function createTurnstile(): Turnstile {
  let last: Promise<void> = Promise.resolve();
  return {
    async enter() {
      const gone = Promise.withResolvers<void>();
      const before = last;
      last = gone.promise;
      await before;
      return gone.resolve;
    },
  };
}

class SimulatedConnection implements DatabaseConnection {
  readonly #session: BackendSession;
  readonly #weather: DatabaseWeather;
  readonly #leave: () => void;
  #isBroken = false;

  constructor(session: BackendSession, weather: DatabaseWeather, leave: () => void) {
    this.#session = session;
    this.#weather = weather;
    this.#leave = leave;
  }

  /** Ends when the step may be taken. */
  async #before(step: DatabaseStep): Promise<void> {
    this.#mustBeWhole();
    await this.#unlessBroken(() => this.#weather.before(step));
    this.#mustBeWhole();
  }

  #mustBeWhole(): void {
    if (this.#isBroken) throw new CallwrightError('store/unreachable', 'the connection is broken');
  }

  /** What goes wrong between the node and the database breaks the connection, and its transaction with it. */
  async #unlessBroken(pass: () => Promise<void> | null): Promise<void> {
    try {
      const passing = pass();
      if (passing !== null) await passing;
    } catch (error) {
      if (error instanceof CallwrightError) {
        this.#isBroken = true;
        await this.#session.rollBack();
      }
      throw error;
    }
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    await this.#before('statement');
    return (await this.#session.run(query)) as QueryResult<Row>;
  }

  // biome-ignore lint/correctness/useYield: there is nothing to yield, rows come all at once
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('streaming is not offered: read in pages');
  }

  async begin(): Promise<void> {
    await this.#before('begin');
    await this.#session.begin();
  }

  async commit(): Promise<void> {
    await this.#before('commit');
    const isKept = await this.#session.commit();
    await this.#unlessBroken(() => this.#weather.after('commit'));
    if (isKept) return;
    throw new CallwrightError('store/transaction-aborted', 'a statement failed earlier, so the transaction was undone');
  }

  async rollBack(): Promise<void> {
    await this.#session.rollBack();
  }

  async die(): Promise<void> {
    this.#isBroken = true;
    await this.#session.rollBack();
    this.#leave();
  }

  release(): void {
    // Work that was given up must not go on under somebody else's transaction.
    this.#isBroken = true;
    this.#leave();
  }
}

/** Without what Kysely does for plugins and queries that are called off, which nobody here has. */
class PlainExecutor extends DefaultQueryExecutor {
  readonly #compiler: PostgresQueryCompiler;

  constructor(compiler: PostgresQueryCompiler, provider: ConnectionProvider) {
    super(compiler, new PostgresAdapter(), provider);
    this.#compiler = compiler;
  }

  override executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    return this.provideConnection((connection) => connection.executeQuery<Row>(query));
  }

  override withConnectionProvider(provider: ConnectionProvider): PlainExecutor {
    return new PlainExecutor(this.#compiler, provider);
  }
}

class NodesOnly extends PostgresQueryCompiler {
  override compileQuery(node: RootOperationNode, queryId: CompiledQuery['queryId']): CompiledQuery {
    return { query: node, queryId, sql: '', parameters: [] };
  }
}

function createDatabase(acquire: () => Promise<SimulatedConnection>, readsNodes: boolean): Kysely<Database> {
  const driver: Driver = {
    init: async () => {},
    acquireConnection: acquire,
    beginTransaction: (connection) => (connection as SimulatedConnection).begin(),
    commitTransaction: (connection) => (connection as SimulatedConnection).commit(),
    rollbackTransaction: (connection) => (connection as SimulatedConnection).rollBack(),
    releaseConnection: async (connection) => (connection as SimulatedConnection).release(),
    destroy: async () => {},
  };
  const compiler = readsNodes ? new NodesOnly() : new PostgresQueryCompiler();
  const dialect: Dialect = {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => driver,
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => compiler,
  };
  const provider: ConnectionProvider = {
    async provideConnection(use) {
      const connection = await acquire();
      try {
        return await use(connection);
      } finally {
        connection.release();
      }
    },
  };
  return new Kysely({ config: { dialect }, dialect, driver, executor: new PlainExecutor(compiler, provider) });
}

export interface SimulatedStore extends Store {
  /** Breaks every connection at once, as when the process dies. */
  die(): Promise<void>;
}

export function createSimulatedStore(
  backend: Backend,
  parts: { clock: Clock; random: Random; weather: DatabaseWeather },
): SimulatedStore {
  const { clock, random, weather } = parts;
  const scope: TransactionScope = new AsyncLocalStorage();
  const open = new Set<SimulatedConnection>();
  const listening = new Set<() => void>();
  let isDead = false;
  const acquire = async () => {
    if (scope.getStore()?.isOpen) {
      throw new CallwrightError('store/query-outside-transaction', 'Inside a transaction only it can be queried.');
    }
    const leave = backend.turnstile ? await backend.turnstile.enter() : () => {};
    if (isDead) leave();
    const connection: SimulatedConnection = new SimulatedConnection(backend.open(), weather, () => {
      open.delete(connection);
      leave();
    });
    open.add(connection);
    return connection;
  };
  const db = createDatabase(acquire, backend.readsNodes);
  return {
    kind: 'postgres',
    db,
    transaction: (work) => runTransaction({ db, clock, random, scope }, work),
    async onNotify(channel, listener) {
      const stop = backend.listen(channel, listener);
      listening.add(stop);
      return async () => stop();
    },
    async notify(channel, payload, within) {
      await sql`select pg_notify(${channel}, ${payload})`.execute(within ?? db);
    },
    isReachable: async () => true,
    close: async () => {},
    async die() {
      isDead = true;
      for (const stop of listening) stop();
      await Promise.all([...open].map((connection) => connection.die()));
    },
  };
}
