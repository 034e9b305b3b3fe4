/** The two databases a simulation can run on: tables in memory, and the embedded Postgres in this very thread. */
import { PGlite } from '@electric-sql/pglite';
import { CompiledQuery, Kysely } from 'kysely';
import { silentLogger } from '../../../src/base/log.ts';
import { createDialect } from '../../../src/store/kysely-dialect.ts';
import { migrate } from '../../../src/store/migrate.ts';
import { migrations } from '../../../src/store/migrations/index.ts';
import { createMemoryDatabase, type MemoryDatabase } from './memory-database.ts';
import { createPgliteSession } from './pglite-session.ts';
import { type Backend, type BackendSession, createTurnstile } from './simulated-store.ts';
import type { TableShape, Transaction } from './tables.ts';

type Listeners = Map<string, Set<(payload: string) => void>>;

function createListeners() {
  const listeners: Listeners = new Map();
  return {
    tell: (channel: string, payload: string) => {
      for (const listener of listeners.get(channel) ?? []) listener(payload);
    },
    listen: (channel: string, listener: (payload: string) => void) => {
      const among = listeners.get(channel) ?? new Set();
      listeners.set(channel, among.add(listener));
      return () => among.delete(listener);
    },
  };
}

/** `oneAtATime`: a transaction has the whole database to itself, as on the embedded one. */
export function createMemoryBackend(
  shapes: readonly TableShape[],
  { oneAtATime }: { oneAtATime: boolean },
): Backend & { database: MemoryDatabase } {
  const { tell, listen } = createListeners();
  const database = createMemoryDatabase(shapes, tell);
  return {
    readsNodes: true,
    database,
    turnstile: oneAtATime ? createTurnstile() : null,
    listen,
    open: () => openMemorySession(database),
  };
}

function openMemorySession(database: MemoryDatabase): BackendSession {
  let transaction: Transaction | null = null;
  let single: Transaction | null = null;
  return {
    async begin() {
      transaction = database.begin();
    },
    async run({ query }) {
      if (transaction) return toResult(await database.run(query, transaction));
      single = database.begin();
      try {
        const result = await database.run(query, single);
        database.commit(single);
        return toResult(result);
      } catch (error) {
        database.rollBack(single);
        throw error;
      }
    },
    async commit() {
      const kept = transaction ? database.commit(transaction) : false;
      transaction = null;
      return kept;
    },
    async rollBack() {
      if (transaction) database.rollBack(transaction);
      if (single) database.rollBack(single);
      transaction = null;
    },
  };
}

function toResult({ rows, changed }: { rows: readonly unknown[]; changed: number | null }) {
  return { rows: [...rows], ...(changed === null ? {} : { numAffectedRows: BigInt(changed) }) };
}

export interface PgliteBackend extends Backend {
  /** Waits for what is under way at the database; false when nothing was. */
  settled(): Promise<boolean>;
  close(): Promise<void>;
}

/** Its answers come in real time; `settled` lets a clock that stands still wait for them. */
export async function createPgliteBackend(): Promise<PgliteBackend> {
  const { tell, listen } = createListeners();
  const database = await PGlite.create({ postgresqlconf: ["timezone='UTC'"] });
  const session = createPgliteSession(database);
  await migrate(new Kysely<unknown>({ dialect: createDialect(async () => session) }), migrations, silentLogger);
  database.onNotification((channel, payload) => tell(channel, payload));
  const underWay = new Set<Promise<unknown>>();
  const ask = async (text: string, parameters: readonly unknown[] = []) => {
    const asked = session.run(text, parameters);
    const noted = asked.then(
      () => {},
      () => {},
    );
    underWay.add(noted);
    void noted.then(() => underWay.delete(noted));
    return await asked;
  };
  return {
    readsNodes: false,
    turnstile: createTurnstile(),
    listen(channel, listener) {
      void ask(`listen "${channel}"`);
      return listen(channel, listener);
    },
    open: () => openPgliteSession(ask),
    async settled() {
      if (underWay.size === 0) return false;
      await Promise.all(underWay);
      return true;
    },
    close: () => database.close(),
  };
}

const changing = new Set(['INSERT', 'UPDATE', 'DELETE']);

function openPgliteSession(
  ask: (text: string, parameters?: readonly unknown[]) => ReturnType<ReturnType<typeof createPgliteSession>['run']>,
): BackendSession {
  let isOpen = false;
  return {
    async begin() {
      isOpen = true;
      await ask('begin');
    },
    async run({ sql, parameters }) {
      const { rows, command, rowCount } = await ask(sql, parameters);
      return { rows, ...(changing.has(command) ? { numAffectedRows: BigInt(rowCount ?? 0) } : {}) };
    },
    async commit() {
      isOpen = false;
      return (await ask('commit')).command !== 'ROLLBACK';
    },
    async rollBack() {
      if (isOpen) await ask('rollback');
      isOpen = false;
    },
  };
}

/** Empties every table, for the next seed. */
export async function emptyTables(backend: Backend, names: readonly string[]): Promise<void> {
  const session = backend.open();
  await session.run(
    CompiledQuery.raw(`truncate ${names.map((name) => `"${name}"`).join(', ')} restart identity cascade`),
  );
}
