/**
 * Writes what happens in all conversations to the store, in order, as fast as the store takes it and never faster:
 * whatever came while it was busy, of however many calls, goes into the next transaction.
 */
import { type Clock, waitFor } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { LiveEvents } from '../../notify/live-events.ts';
import { appendToLog, type NewLogEntry } from '../../store/call-log.ts';
import { insertEvents, type NewEvent } from '../../store/events.ts';
import type { Store } from '../../store/open-store.ts';
import { sqlStateOf } from '../../store/sql-errors.ts';
import { type NewToolCall, saveToolCalls } from '../../store/tool-calls.ts';
import { type NewTurn, saveTurns } from '../../store/turns.ts';
import { addUsage, type NewUsage } from '../../store/usage.ts';

export interface CallRecord {
  /** The turn as it stands now; a later state of the same turn replaces one that was not written yet. */
  saveTurn(turn: NewTurn): void;
  /** The same of a tool call. */
  saveToolCall(row: NewToolCall): void;
  announce(event: NewEvent): void;
  log(entry: NewLogEntry): void;
  /** So much more of an item of a vendor was used. */
  used(usage: NewUsage): void;
  /** Settles when all that was handed in is stored, or was refused for good. */
  flushed(): Promise<void>;
}

export interface CallRecords {
  /** The record of one conversation. */
  open(): CallRecord;
}

export interface CallRecordsParts {
  store: Store;
  live: LiveEvents;
  clock: Clock;
  log: Logger;
  /** What is handed in waits so long for company, unless a conversation waits for it to be stored; default 0. */
  gatherMs?: number;
}

/** Of one conversation, and not written yet. */
interface Pending {
  turns: Map<number, NewTurn>;
  tools: Map<number, NewToolCall>;
  events: NewEvent[];
  log: NewLogEntry[];
  /** By item; what was not written yet. */
  usage: Map<string, NewUsage>;
}

interface Rows {
  turns: NewTurn[];
  tools: NewToolCall[];
  events: NewEvent[];
  log: NewLogEntry[];
  usage: NewUsage[];
}

type Batch = Map<Pending, Rows>;

/** Pause after a failed write, while the conversations go on in memory. */
const retryMs = 500;
/** A statement takes only so many values, and a long outage leaves many rows behind. */
const mostRowsAtOnce = 1000;

/** Bad data or a deleted call (SQLSTATE classes 22 and 23): the same again would be refused again. */
const isRefusedForGood = (error: unknown) => /^2[23]/.test(sqlStateOf(error) ?? '');

export function createCallRecords(parts: CallRecordsParts): CallRecords {
  const { clock, gatherMs = 0 } = parts;
  /** In the order in which they began to wait. */
  const waiting = new Set<Pending>();
  let batch: Batch = new Map();
  let isWriting = false;
  let written = Promise.withResolvers<void>();
  let hurry = new AbortController();

  const writeAll = async () => {
    isWriting = true;
    // What follows in the same tick belongs to the same batch.
    await Promise.resolve();
    while (waiting.size > 0) {
      if (gatherMs > 0) await waitFor(clock, gatherMs, hurry.signal);
      hurry = new AbortController();
      batch = takeBatch(waiting);
      await writeUntilDone(parts, batch);
      batch = new Map();
      written.resolve();
      written = Promise.withResolvers();
    }
    isWriting = false;
  };
  const wake = (pending: Pending) => {
    waiting.add(pending);
    if (!isWriting) void writeAll();
  };
  return {
    open() {
      const pending: Pending = { turns: new Map(), tools: new Map(), events: [], log: [], usage: new Map() };
      return {
        saveTurn(turn) {
          pending.turns.set(turn.index, turn);
          wake(pending);
        },
        saveToolCall(row) {
          pending.tools.set(row.number, row);
          wake(pending);
        },
        announce(event) {
          pending.events.push(event);
          wake(pending);
        },
        log(entry) {
          pending.log.push(entry);
          wake(pending);
        },
        used(usage) {
          addUp(pending.usage, usage);
          wake(pending);
        },
        async flushed() {
          while (waiting.has(pending) || batch.has(pending)) {
            hurry.abort();
            await written.promise;
          }
        },
      };
    },
  };
}

/** Takes the oldest of what is waiting out of it; of a conversation that has more than fits, the rest waits behind all others. */
function takeBatch(waiting: Set<Pending>): Batch {
  const batch: Batch = new Map();
  let room = mostRowsAtOnce;
  for (const pending of [...waiting]) {
    if (room === 0) break;
    waiting.delete(pending);
    const rows = takeRows(pending, room);
    batch.set(pending, rows);
    room -= sizeOf(rows);
    if (pending.turns.size + pending.tools.size + pending.log.length + pending.events.length > 0) waiting.add(pending);
  }
  return batch;
}

const sizeOf = ({ turns, tools, log, events }: Rows) => turns.length + tools.length + log.length + events.length;

function takeRows(pending: Pending, room: number): Rows {
  const turns = [...pending.turns.values()].slice(0, room);
  for (const { index } of turns) pending.turns.delete(index);
  const tools = [...pending.tools.values()].slice(0, room - turns.length);
  for (const { number } of tools) pending.tools.delete(number);
  const log = pending.log.splice(0, room - turns.length - tools.length);
  const events = pending.events.splice(0, room - turns.length - tools.length - log.length);
  // A handful of items at most.
  const usage = [...pending.usage.values()];
  pending.usage.clear();
  return { turns, tools, log, events, usage };
}

async function writeUntilDone(parts: CallRecordsParts, batch: Batch): Promise<void> {
  const { clock, log } = parts;
  for (;;) {
    try {
      return await write(parts, [...batch.values()]);
    } catch (error) {
      if (isRefusedForGood(error)) return await writeEach(parts, batch, error);
      log.error({ reason: messageOf(error) }, 'conversations could not be stored yet');
      await waitFor(clock, retryMs);
    }
  }
}

/** One conversation's bad data is not the others' loss. */
async function writeEach(parts: CallRecordsParts, batch: Batch, error: unknown): Promise<void> {
  if (batch.size > 1) {
    for (const [pending, rows] of batch) await writeUntilDone(parts, new Map([[pending, rows]]));
    return;
  }
  const [rows] = batch.values();
  const callId =
    rows?.turns[0]?.call_id ?? rows?.log[0]?.call_id ?? rows?.events[0]?.call_id ?? rows?.usage[0]?.call_id;
  const turns = rows?.turns.map(({ index }) => index);
  parts.log.error({ callId, turns, reason: messageOf(error) }, 'part of a conversation was refused');
}

async function write({ store, live }: CallRecordsParts, all: readonly Rows[]): Promise<void> {
  const events = await store.transaction(async (db) => {
    await saveTurns(db, newestOf(all.flatMap(({ turns }) => turns)));
    await saveToolCalls(db, newestToolCallsOf(all.flatMap(({ tools }) => tools)));
    await appendToLog(
      db,
      all.flatMap(({ log }) => log),
    );
    await addUsage(db, sumOf(all.flatMap(({ usage }) => usage)));
    return insertEvents(
      db,
      all.flatMap(({ events }) => events),
    );
  });
  live.publish(events);
}

/** By what it is used of; each call's item comes once in what is given. */
function sumOf(usage: readonly NewUsage[]): NewUsage[] {
  const sums = new Map<string, NewUsage>();
  for (const one of usage) addUp(sums, one);
  return [...sums.values()];
}

function addUp(sums: Map<string, NewUsage>, one: NewUsage): void {
  const key = JSON.stringify([one.call_id, one.vendor, one.item, one.model]);
  sums.set(key, { ...one, quantity: (sums.get(key)?.quantity ?? 0) + one.quantity });
}

/** A statement may write a row only once; two sessions of one call may both have it. */
function newestOf(turns: readonly NewTurn[]): NewTurn[] {
  return [...new Map(turns.map((turn) => [`${turn.call_id} ${turn.index}`, turn])).values()];
}

function newestToolCallsOf(rows: readonly NewToolCall[]): NewToolCall[] {
  return [...new Map(rows.map((row) => [`${row.call_id} ${row.number}`, row])).values()];
}
