/** The database's own thread: runs PGlite, so that no query ever delays audio on the main thread. */
import { chmodSync, cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { systemClock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { createStatementRunner } from './prepared-statements.ts';
import type { FromWorker, SqlErrorFields, ToWorker, WorkerStart } from './worker-messages.ts';

/** One server with one connection needs little; Postgres' own defaults cost some 130 MB more. */
const settings = [
  ...['shared_buffers=16MB', 'max_connections=5', "timezone='UTC'"],
  // A plan is kept while its tables grow, and nothing here ever counts their rows: one that an index serves uses it.
  ...['enable_seqscan=off', 'random_page_cost=1.1'],
];

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
    const runStatement = createStatementRunner(database, systemClock.monotonicMs);
    database.onNotification((channel, payload) => say({ type: 'notification', channel, payload }));
    const answer = async (message: ToWorker) => {
      if (message.type === 'close') {
        await database.close();
        port.close();
        return;
      }
      try {
        say({ type: 'result', id: message.id, ...(await runStatement(message.sql, message.parameters)) });
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
