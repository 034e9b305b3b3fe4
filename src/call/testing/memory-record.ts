/** A call's record in memory: what a conversation would have stored. */
import type { NewLogEntry } from '../../store/call-log.ts';
import type { NewEvent } from '../../store/events.ts';
import type { NewToolCall } from '../../store/tool-calls.ts';
import type { NewTurn } from '../../store/turns.ts';
import type { NewUsage } from '../../store/usage.ts';
import type { CallRecord } from '../converse/call-record.ts';

export interface MemoryRecord extends CallRecord {
  /** Turns as they stand, in their order. */
  turns(): NewTurn[];
  toolCalls(): NewToolCall[];
  events: NewEvent[];
  entries: NewLogEntry[];
  usage: NewUsage[];
}

export function createMemoryRecord(): MemoryRecord {
  const turns = new Map<number, NewTurn>();
  const toolCalls = new Map<number, NewToolCall>();
  const events: NewEvent[] = [];
  const entries: NewLogEntry[] = [];
  const usage: NewUsage[] = [];
  return {
    events,
    entries,
    usage,
    turns: () => [...turns.values()].toSorted((one, other) => one.index - other.index),
    toolCalls: () => [...toolCalls.values()],
    saveToolCall: (row) => void toolCalls.set(row.number, row),
    saveTurn: (turn) => void turns.set(turn.index, turn),
    announce: (event) => void events.push(event),
    log: (entry) => void entries.push(entry),
    used: (one) => void usage.push(one),
    flushed: () => Promise.resolve(),
  };
}
