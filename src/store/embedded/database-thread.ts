/** The main thread's end of the embedded database: sends statements over, brings results and notifications back. */
import { Worker } from 'node:worker_threads';
import pg from 'pg';
import { CallwrightError } from '../../base/errors.ts';
import { columnParser, toParameter } from '../column-types.ts';
import type { StatementResult } from '../database-session.ts';
import type { Answered } from './prepared-statements.ts';
import type { FromWorker, ToWorker, WorkerStart } from './worker-messages.ts';

export interface DatabaseThread {
  /** Resolves when statements can be run. @throws CallwrightError `store/unreadable-directory` */
  opened: Promise<void>;
  run(sql: string, parameters: readonly unknown[]): Promise<StatementResult>;
  /** Ends database and thread in good order. */
  close(): Promise<void>;
}

export interface DatabaseThreadEvents {
  onNotification(channel: string, payload: string): void;
  /** The thread ended without being asked to; every statement fails from now on. */
  onBroken(reason: string): void;
}

interface Waiting {
  resolve(result: StatementResult): void;
  reject(error: Error): void;
}

export function toStatementResult(message: Answered): StatementResult {
  const columns = message.columns.map(({ name, typeOid }) => ({ name, parse: columnParser(typeOid) }));
  const rows = message.rows.map((values) => {
    const row: Record<string, unknown> = {};
    for (const [index, { name, parse }] of columns.entries()) {
      const text = values[index] ?? null;
      row[name] = text === null ? null : parse(text);
    }
    return row;
  });
  return { rows, command: message.command, rowCount: message.rowCount };
}

function toSqlError(message: FromWorker & { type: 'refused' }): Error {
  return Object.assign(new pg.DatabaseError(message.message, message.message.length, 'error'), message.fields);
}

function brokenError(reason: string): CallwrightError {
  return new CallwrightError(
    'store/unreachable',
    `The embedded database has stopped (${reason}). Start the server again.`,
  );
}

export function startDatabaseThread(start: WorkerStart, events: DatabaseThreadEvents): DatabaseThread {
  const worker = new Worker(new URL('./database-worker.ts', import.meta.url), {
    workerData: start,
    execArgv: [],
    env: {},
    name: 'database',
  });
  const waiting = new Map<number, Waiting>();
  const opened = Promise.withResolvers<void>();
  const exited = Promise.withResolvers<void>();
  let lastId = 0;
  let isOpen = false;
  let isClosing = false;
  let failure: CallwrightError | null = null;

  const fail = (reason: string) => {
    if (failure) return;
    failure = brokenError(reason);
    for (const { reject } of waiting.values()) reject(failure);
    waiting.clear();
    void worker.terminate();
    if (isOpen && !isClosing) events.onBroken(reason);
    opened.reject(
      new CallwrightError('store/unreadable-directory', `Cannot open the database in ${start.directory}: ${reason}.`),
    );
  };

  const settle = (id: number, act: (waiter: Waiting) => void) => {
    const waiter = waiting.get(id);
    waiting.delete(id);
    if (waiter) act(waiter);
  };

  const hear = (message: FromWorker) => {
    switch (message.type) {
      case 'opened':
        isOpen = true;
        return opened.resolve();
      case 'notification':
        return events.onNotification(message.channel, message.payload);
      case 'broken':
        return fail(message.message);
      case 'refused':
        return settle(message.id, ({ reject }) => reject(toSqlError(message)));
      case 'result':
        return settle(message.id, ({ resolve, reject }) => {
          try {
            resolve(toStatementResult(message));
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        });
    }
  };

  worker.on('message', hear);
  worker.on('error', (error) => fail(error instanceof Error ? error.message : String(error)));
  worker.on('exit', (code) => {
    fail(isClosing ? 'it was closed' : `its thread ended with code ${code}`);
    exited.resolve();
  });

  return {
    opened: opened.promise,
    run(sql, parameters) {
      if (failure) return Promise.reject(failure);
      lastId += 1;
      const id = lastId;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        worker.postMessage({ type: 'run', id, sql, parameters: parameters.map(toParameter) } satisfies ToWorker);
      });
    },
    async close() {
      isClosing = true;
      worker.postMessage({ type: 'close' } satisfies ToWorker);
      await exited.promise;
    },
  };
}
