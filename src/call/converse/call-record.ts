/** Writes what happens in a conversation to the store, in order, as fast as the store takes it and never faster. */
import { type Clock, waitFor } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { LiveEvents } from '../../notify/live-events.ts';
import { appendToLog, type NewLogEntry } from '../../store/call-log.ts';
import { insertEvents, type NewEvent } from '../../store/events.ts';
import type { Store } from '../../store/open-store.ts';
import { sqlStateOf } from '../../store/sql-errors.ts';
import { type NewTurn, saveTurns } from '../../store/turns.ts';

export interface CallRecord {
  /** The turn as it stands now; a later state of the same turn replaces one that was not written yet. */
  saveTurn(turn: NewTurn): void;
  announce(event: NewEvent): void;
  log(entry: NewLogEntry): void;
  /** Settles when all that was handed in is stored, or was refused for good. */
  flushed(): Promise<void>;
}

interface Pending {
  turns: Map<number, NewTurn>;
  events: NewEvent[];
  log: NewLogEntry[];
}

/** Pause after a failed write, while the conversation goes on in memory. */
const retryMs = 500;
/** A statement takes only so many values, and a long outage leaves many rows behind. */
const mostRowsAtOnce = 1000;

/** Bad data or a deleted call (SQLSTATE classes 22 and 23): the same again would be refused again. */
const isRefusedForGood = (error: unknown) => /^2[23]/.test(sqlStateOf(error) ?? '');

/** Takes the oldest of what is waiting out of it. */
function takeBatch(pending: Pending): Pending {
  const turns = new Map(pending.turns);
  pending.turns.clear();
  return { turns, events: pending.events.splice(0, mostRowsAtOnce), log: pending.log.splice(0, mostRowsAtOnce) };
}

export function createCallRecord(parts: { store: Store; live: LiveEvents; clock: Clock; log: Logger }): CallRecord {
  const { store, live, clock, log } = parts;
  const pending: Pending = { turns: new Map(), events: [], log: [] };
  let writing: Promise<void> | null = null;

  const write = async (batch: Pending) => {
    const events = await store.transaction(async (db) => {
      await saveTurns(db, [...batch.turns.values()]);
      await appendToLog(db, batch.log);
      return insertEvents(db, batch.events);
    });
    live.publish(events);
  };

  const writeUntilDone = async (batch: Pending) => {
    for (;;) {
      try {
        return await write(batch);
      } catch (error) {
        if (isRefusedForGood(error)) {
          log.error({ reason: messageOf(error), turns: [...batch.turns.keys()] }, 'part of a conversation was refused');
          return;
        }
        log.error({ reason: messageOf(error) }, 'conversation could not be stored yet');
        await waitFor(clock, retryMs);
      }
    }
  };

  const writeAll = async () => {
    // What follows in the same tick belongs to the same batch.
    await Promise.resolve();
    while (pending.turns.size + pending.events.length + pending.log.length > 0) {
      const batch = takeBatch(pending);
      await writeUntilDone(batch);
    }
    writing = null;
  };

  const wake = () => {
    writing ??= writeAll();
  };

  return {
    saveTurn(turn) {
      pending.turns.set(turn.index, turn);
      wake();
    },
    announce(event) {
      pending.events.push(event);
      wake();
    },
    log(entry) {
      pending.log.push(entry);
      wake();
    },
    async flushed() {
      while (writing) await writing;
    },
  };
}
