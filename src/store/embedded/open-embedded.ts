/** Opens the embedded Postgres of a data directory: locked, in its own thread, one user at a time, the most urgent first. */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { CallwrightError, messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { beginAtOnce } from '../begin-at-once.ts';
import type { DatabaseSession, NotificationListener, OpenDatabase } from '../database-session.ts';
import { createListenerBook } from '../listener-book.ts';
import { urgencyNow } from '../urgency.ts';
import { type DatabaseThread, startDatabaseThread } from './database-thread.ts';
import { lockDirectory } from './lock-directory.ts';
import { createTurnstile, type Turnstile } from './turnstile.ts';

export interface EmbeddedOptions {
  /** Holds the lock and, in `postgres/`, the database; made when it is missing. */
  dataDir: string;
  /** A closed database directory to start from instead of an empty one. */
  template?: string;
}

async function makeDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new CallwrightError('store/unreadable-directory', `Cannot make the data directory: ${messageOf(error)}.`);
  }
}

async function acquireSession(thread: DatabaseThread, turnstile: Turnstile): Promise<DatabaseSession> {
  const leave = await turnstile.enter(urgencyNow());
  let isReleased = false;
  const runNext = beginAtOnce((sql, parameters) => thread.run(sql, parameters));
  return {
    run(sql, parameters) {
      if (isReleased) return Promise.reject(new CallwrightError('store/session-over', 'this session was given back'));
      return runNext(sql, parameters);
    },
    release() {
      if (isReleased) return;
      isReleased = true;
      leave();
    },
  };
}

/** @throws CallwrightError `store/locked`, `store/unreadable-directory` */
export async function openEmbedded(
  options: EmbeddedOptions,
  parts: { clock: Clock; log: Logger },
): Promise<OpenDatabase> {
  const dataDir = resolve(options.dataDir);
  await makeDataDir(dataDir);
  const unlock = await lockDirectory(dataDir, parts.clock);
  const listeners = createListenerBook(parts.log);
  const thread = startDatabaseThread(
    { directory: join(dataDir, 'postgres'), template: options.template ?? null },
    {
      onNotification: listeners.tell,
      onBroken: (reason) => parts.log.error({ reason }, 'the embedded database has stopped'),
    },
  );
  try {
    await thread.opened;
  } catch (error) {
    await thread.close();
    await unlock();
    throw error;
  }
  const turnstile = createTurnstile(parts.clock);
  const acquire = () => acquireSession(thread, turnstile);
  const runAlone = async (sql: string) => {
    const session = await acquire();
    await session.run(sql, []).finally(() => session.release());
  };
  let closing: Promise<void> | undefined;
  const closeOnce = async () => {
    await turnstile.close();
    await thread.close();
    await unlock();
  };
  return {
    acquire,
    async listen(channel: string, listener: NotificationListener) {
      const own: NotificationListener = (payload) => listener(payload);
      if (listeners.add(channel, own) === 'first') await runAlone(`listen "${channel}"`);
      return async () => {
        if (listeners.remove(channel, own) === 'last') await runAlone(`unlisten "${channel}"`);
      };
    },
    close: () => {
      closing ??= closeOnce();
      return closing;
    },
  };
}
