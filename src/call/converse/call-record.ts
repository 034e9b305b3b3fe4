/** Writes what happens in a conversation to the store, in order, as fast as the store takes it and never faster. */
import { type Clock, waitFor } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { LiveEvents } from '../../notify/live-events.ts';
import { appendToLog, type NewLogEntry } from '../../store/call-log.ts';
import { insertEvents, type NewEvent } from '../../store/events.ts';
import type { Store } from '../../store/open-store.ts';
import { type NewTurn, saveTurns } from '../../store/turns.ts';

export interface CallRecord {
  /** The turn as it stands now; a later state of the same turn replaces one that was not written yet. */
  saveTurn(turn: NewTurn): void;
  announce(event: NewEvent): void;
  log(entry: NewLogEntry): void;
  /** Settles when all that was handed in is stored. */
  flushed(): Promise<void>;
}

interface Pending {
  turns: Map<number, NewTurn>;
  events: NewEvent[];
  log: NewLogEntry[];
}

const nothing = (): Pending => ({ turns: new Map(), events: [], log: [] });
/** Pause after a failed write, while the conversation goes on in memory. */
const retryMs = 500;

export function createCallRecord(parts: { store: Store; live: LiveEvents; clock: Clock; log: Logger }): CallRecord {
  const { store, live, clock, log } = parts;
  let pending = nothing();
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
        log.error({ reason: messageOf(error) }, 'conversation could not be stored yet');
        await waitFor(clock, retryMs);
      }
    }
  };

  const writeAll = async () => {
    // What follows in the same tick belongs to the same batch.
    await Promise.resolve();
    while (pending.turns.size + pending.events.length + pending.log.length > 0) {
      const batch = pending;
      pending = nothing();
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
