/** The one connection that hears a Postgres server's notifications; made again whenever it breaks. */
import pg from 'pg';
import { type CancelTimer, type Clock, waitFor } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import type { NotificationListener } from '../database-session.ts';
import { createListenerBook } from '../listener-book.ts';

const longestPauseMs = 10_000;
/** A connection that the network has silently dropped is found out by asking. */
const askEveryMs = 15_000;

export interface PostgresListener {
  listen(channel: string, listener: NotificationListener): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

interface ListenerParts {
  clock: Clock;
  random: Random;
  log: Logger;
  settings: pg.ClientConfig;
}

export function createPostgresListener(parts: ListenerParts): PostgresListener {
  const { clock, random, log } = parts;
  const listeners = createListenerBook(log);
  const closed = new AbortController();
  let client: pg.Client | null = null;
  let connecting: Promise<void> | null = null;
  let cancelAsking: CancelTimer = () => {};

  const drop = (broken: pg.Client) => {
    if (client !== broken) return;
    client = null;
    cancelAsking();
    broken.end().catch(() => undefined);
    if (!closed.signal.aborted) void connect();
  };

  const askAgainLater = (asked: pg.Client) => {
    cancelAsking = clock.startTimer(askEveryMs, () => {
      asked.query('select 1').then(
        () => client === asked && askAgainLater(asked),
        () => drop(asked),
      );
    });
  };

  const connectOnce = async (isAgain: boolean) => {
    const fresh = new pg.Client(parts.settings);
    fresh.on('error', () => drop(fresh));
    fresh.on('end', () => drop(fresh));
    fresh.on('notification', ({ channel, payload }) => listeners.tell(channel, payload ?? ''));
    try {
      await fresh.connect();
      client = fresh;
      for (const channel of listeners.channels()) await fresh.query(`listen "${channel}"`);
    } catch (error) {
      if (client === fresh) client = null;
      await fresh.end().catch(() => undefined);
      throw error;
    }
    askAgainLater(fresh);
    if (isAgain) for (const channel of listeners.channels()) listeners.tell(channel, '');
  };

  const connectUntilDone = async (isAgain: boolean) => {
    for (let attempt = 0; !closed.signal.aborted; attempt += 1) {
      try {
        return await connectOnce(isAgain || attempt > 0);
      } catch (error) {
        log.warn({ reason: messageOf(error) }, 'cannot listen to the database, trying again');
      }
      const pauseMs = Math.min(100 * 2 ** attempt, longestPauseMs) * (0.5 + random.fraction() / 2);
      await waitFor(clock, pauseMs, closed.signal);
    }
  };

  let hasConnected = false;
  const connect = () => {
    connecting ??= connectUntilDone(hasConnected).finally(() => {
      hasConnected = true;
      connecting = null;
    });
    return connecting;
  };

  const tellServer = async (command: string) => {
    if (!client) return await connect();
    const asked = client;
    await asked.query(command).catch(() => {
      drop(asked);
      return connect();
    });
  };

  return {
    async listen(channel, listener) {
      const own: NotificationListener = (payload) => listener(payload);
      if (listeners.add(channel, own) === 'first') await tellServer(`listen "${channel}"`);
      return async () => {
        if (listeners.remove(channel, own) === 'last' && client) await tellServer(`unlisten "${channel}"`);
      };
    },
    async close() {
      closed.abort();
      cancelAsking();
      await connecting;
      const last = client;
      client = null;
      cancelAsking();
      await last?.end().catch(() => undefined);
    },
  };
}
