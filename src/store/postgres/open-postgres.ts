/** Opens a Postgres server: a pool that comes back by itself after the server was away. */
import pg from 'pg';
import type { Clock } from '../../base/clock.ts';
import { CallwrightError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import { beginAtOnce } from '../begin-at-once.ts';
import { columnParser, toParameter } from '../column-types.ts';
import type { DatabaseSession, OpenDatabase } from '../database-session.ts';
import { createPostgresListener } from './listen.ts';
import { createPreparedNames, type PreparedNames } from './prepared-names.ts';
import { describeTarget, toUnreachable } from './why-unreachable.ts';

export interface PostgresOptions {
  url: string;
  /** How many connections at most, 10 by default; one more listens. */
  poolSize?: number;
  /** How long one statement may take, 10 s by default; 0 for as long as it likes. */
  statementLimitMs?: number;
}

const connectLimitMs = 5_000;
const oldestVersion = 130_000;

function connectionSettings(options: PostgresOptions): pg.ClientConfig {
  const statementLimitMs = options.statementLimitMs ?? 10_000;
  return {
    connectionString: options.url,
    application_name: 'callwright',
    connectionTimeoutMillis: connectLimitMs,
    keepAlive: true,
    // Statements are sent in their order without waiting for the answer to the one before.
    pipeline: true,
    types: { getTypeParser: (typeOid: number) => columnParser(typeOid) },
    ...(statementLimitMs > 0
      ? {
          statement_timeout: statementLimitMs,
          // The server's own limit does not help when the network swallows its answer.
          query_timeout: statementLimitMs + 2_000,
          idle_in_transaction_session_timeout: 60_000,
        }
      : {}),
  };
}

/** Whether the connection cannot be used again: anything but a statement refused by a healthy server. */
function breaksConnection(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return true;
  return error.severity !== 'ERROR';
}

/** What each connection has prepared; the server keeps it until the connection ends. */
const preparedOn = new WeakMap<pg.PoolClient, Set<string>>();
const mostPrepared = 1_000;

function createSession(client: pg.PoolClient, target: string, names: PreparedNames): DatabaseSession {
  const prepared = preparedOn.get(client) ?? new Set();
  preparedOn.set(client, prepared);
  let isReleased = false;
  let isBroken = false;
  const noteBreak = () => {
    isBroken = true;
  };
  client.on('error', noteBreak);
  const query = async (sql: string, parameters: readonly unknown[]) => {
    const name = names.nameOf(sql, parameters);
    if (name !== undefined) prepared.add(name);
    try {
      return await client.query({
        text: sql,
        values: parameters.map(toParameter),
        ...(name === undefined ? {} : { name }),
      });
    } catch (error) {
      // In a transaction all of it has to run again.
      if (!names.outlived(error) || client.getTransactionStatus() !== 'I') throw error;
      return await client.query(sql, parameters.map(toParameter));
    }
  };
  const run = beginAtOnce(async (sql, parameters) => {
    try {
      const result = await query(sql, parameters);
      // Several statements at once give an array; the last one's result counts.
      const last: pg.QueryResult = Array.isArray(result) ? result.at(-1) : result;
      return { rows: last.rows, command: last.command ?? '', rowCount: last.rowCount };
    } catch (error) {
      if (error instanceof CallwrightError || !breaksConnection(error)) throw error;
      isBroken = true;
      throw toUnreachable(error, target);
    }
  });
  return {
    async run(sql, parameters) {
      if (isReleased) throw new CallwrightError('store/session-over', 'this session was given back');
      return await run(sql, parameters);
    },
    release() {
      if (isReleased) return;
      isReleased = true;
      client.off('error', noteBreak);
      client.release(isBroken || prepared.size > mostPrepared);
    },
  };
}

async function checkVersion(session: DatabaseSession, target: string): Promise<void> {
  const { rows } = await session.run("select current_setting('server_version_num')::int as version", []);
  const version = Number(rows[0]?.version);
  if (version < oldestVersion) {
    throw new CallwrightError(
      'store/unreachable',
      `The Postgres server at ${target} is version ${Math.floor(version / 10_000)}; 13 or newer is needed.`,
    );
  }
}

/** @throws CallwrightError `store/unreachable` when the server cannot be used now */
export async function openPostgres(
  options: PostgresOptions,
  parts: { clock: Clock; random: Random; log: Logger },
): Promise<OpenDatabase> {
  const target = describeTarget(options.url);
  const settings = connectionSettings(options);
  const pool = new pg.Pool({ ...settings, max: options.poolSize ?? 10 });
  pool.on('error', (error) => parts.log.warn({ reason: error.message }, 'an idle database connection broke'));
  const names = createPreparedNames();
  const listener = createPostgresListener({ ...parts, settings });

  const acquire = async () => {
    try {
      return createSession(await pool.connect(), target, names);
    } catch (error) {
      throw toUnreachable(error, target);
    }
  };

  let closing: Promise<void> | undefined;
  const closeOnce = async () => {
    await listener.close();
    await pool.end();
  };
  const close = () => {
    closing ??= closeOnce();
    return closing;
  };

  try {
    const session = await acquire();
    await checkVersion(session, target).finally(() => session.release());
  } catch (error) {
    await close();
    throw error;
  }
  return { acquire, listen: listener.listen, close };
}
