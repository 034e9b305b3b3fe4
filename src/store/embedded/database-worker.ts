/** The database's own thread: runs PGlite, so that no query ever delays audio on the main thread. */
import { chmodSync, cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { PGlite, type Results, types } from '@electric-sql/pglite';
import { messageOf } from '../../base/errors.ts';
import type { FromWorker, SqlErrorFields, ToWorker, WorkerStart } from './worker-messages.ts';

/** One server with one connection needs little; Postgres' own defaults cost some 130 MB more. */
const settings = ['shared_buffers=16MB', 'max_connections=5', "timezone='UTC'"];

type AsText = Record<string, (value: string) => string>;

const keepText = (names: string[]): AsText => Object.fromEntries(names.map((name) => [name, (text: string) => text]));

/** Values cross the threads as text; the main thread parses them as it does for a Postgres server. */
function textOnly(database: PGlite): { rowMode: 'array'; parsers: AsText; serializers: AsText } {
  return {
    rowMode: 'array',
    parsers: keepText([...Object.keys(types.parsers), ...Object.keys(database.parsers)]),
    serializers: keepText([...Object.keys(types.serializers), ...Object.keys(database.serializers)]),
  };
}

async function openDatabase(directory: string): Promise<PGlite> {
  const database = new PGlite(directory, { postgresqlconf: settings });
  await database.waitReady;
  return database;
}

/** Under another name until it is whole, so that a crash meanwhile leaves nothing that looks like a database. */
async function makeDirectory(start: WorkerStart): Promise<void> {
  const draft = `${start.directory}.new`;
  rmSync(draft, { recursive: true, force: true });
  if (start.template === null) await (await openDatabase(draft)).close();
  else cpSync(start.template, draft, { recursive: true });
  chmodSync(draft, 0o700);
  renameSync(draft, start.directory);
}

type RawRows = Results<(string | null)[]>;

/** Statements without parameters may be several, as with a Postgres server; the last one's result counts. */
function createRunner(database: PGlite) {
  const asText = textOnly(database);
  return async (sql: string, parameters: (string | null)[]): Promise<RawRows | undefined> => {
    if (parameters.length > 0) return await database.query<(string | null)[]>(sql, parameters, asText);
    const results = await database.exec(sql, asText);
    // With `rowMode: 'array'` a row is an array, which the type of `exec` does not say.
    return results.at(-1) as RawRows | undefined;
  };
}

function toResult(id: number, result: RawRows | undefined): FromWorker {
  return {
    type: 'result',
    id,
    command: result?.command?.split(' ')[0] ?? '',
    rowCount: result?.rowCount ?? result?.affectedRows ?? null,
    columns: (result?.fields ?? []).map(({ name, dataTypeID }) => ({ name, typeOid: dataTypeID })),
    rows: result?.rows ?? [],
  };
}

const errorFields = [
  'code',
  'severity',
  'detail',
  'hint',
  'schema',
  'table',
  'column',
  'constraint',
  'position',
] as const;

/** The fields of an error by which Postgres refused a statement and went on; null for anything worse. */
function refusalOf(error: unknown): SqlErrorFields | null {
  if (!(error instanceof Error) || !('severity' in error) || error.severity !== 'ERROR') return null;
  const values: Record<string, unknown> = { ...error };
  const named = errorFields.map((name) => [name, values[name]]).filter(([, value]) => typeof value === 'string');
  return Object.fromEntries(named);
}

async function serve(port: MessagePort, start: WorkerStart): Promise<void> {
  const say = (message: FromWorker) => port.postMessage(message);
  const breakOff = (error: unknown) => {
    say({ type: 'broken', message: messageOf(error) });
    port.close();
  };
  try {
    if (!existsSync(start.directory)) await makeDirectory(start);
    const database = await openDatabase(start.directory);
    const runStatement = createRunner(database);
    database.onNotification((channel, payload) => say({ type: 'notification', channel, payload }));
    const answer = async (message: ToWorker) => {
      if (message.type === 'close') {
        await database.close();
        port.close();
        return;
      }
      try {
        say(toResult(message.id, await runStatement(message.sql, message.parameters)));
      } catch (error) {
        const fields = refusalOf(error);
        if (fields) say({ type: 'refused', id: message.id, message: messageOf(error), fields });
        else breakOff(error);
      }
    };
    port.on('message', (message: ToWorker) => void answer(message).catch(breakOff));
    say({ type: 'opened' });
  } catch (error) {
    breakOff(error);
  }
}

if (parentPort) await serve(parentPort, workerData as WorkerStart);
