/** A tool call as the ledger keeps it, and what it looks like to the store, the outside and the model. */
import type { Clock } from '../../../base/clock.ts';
import type { NewId } from '../../../base/ids.ts';
import type { NewEvent } from '../../../store/events.ts';
import type { NewToolCall, ToolCallRow } from '../../../store/tool-calls.ts';
import type { ToolExchange } from '../tool-exchanges.ts';
import type { LedgerEntry, ToolCallState } from './judge-tool-call.ts';
import { keyOf } from './read-arguments.ts';
import type { ToolOutcome } from './tool-outcome.ts';

export interface KeptToolCall extends LedgerEntry, ToolExchange {
  turnIndex: number;
  askedAtMs: number;
  endedAtMs: number | null;
  /** What comes of it; null for one that was never begun here. */
  outcome: Promise<ToolOutcome> | null;
}

export function toRow(callId: string, kept: KeptToolCall): NewToolCall {
  return {
    call_id: callId,
    number: kept.number,
    request: kept.request,
    turn_index: kept.turnIndex,
    id: kept.id,
    name: kept.name,
    arguments: kept.argumentsJson,
    state: kept.state,
    result: kept.content,
    asked_at: new Date(kept.askedAtMs),
    ended_at: kept.endedAtMs === null ? null : new Date(kept.endedAtMs),
  };
}

/** What was running when the server stopped is lost: it may have been done, and is not done again. */
export function fromRow(row: ToolCallRow): KeptToolCall {
  const isLost = row.state === 'running';
  return {
    number: row.number,
    request: row.request,
    turnIndex: row.turn_index,
    id: row.id,
    name: row.name,
    argumentsJson: row.arguments,
    argumentsKey: keyOf(row.arguments),
    state: isLost ? 'lost' : (row.state as ToolCallState),
    content: isLost ? 'It is not known what came of it: the server stopped meanwhile.' : row.result,
    askedAtMs: row.asked_at.getTime(),
    endedAtMs: row.ended_at?.getTime() ?? null,
    outcome: null,
  };
}

interface About {
  callId: string;
  clientId: string | null;
  clock: Clock;
  newId: NewId;
}

/** So much of what a tool said is told to the outside. */
const longestTold = 1000;

export function toEvent({ callId, clientId, clock, newId }: About, kept: KeptToolCall): NewEvent {
  const { number, id, name, argumentsJson, state, content, askedAtMs, endedAtMs } = kept;
  const took = { took_ms: Math.round((endedAtMs ?? askedAtMs) - askedAtMs) };
  const result = content?.slice(0, longestTold) ?? null;
  return {
    id: newId('event'),
    call_id: callId,
    client_id: clientId,
    type: 'tool.called',
    key: `tool.called:${number}`,
    at: new Date(clock.now()),
    data: JSON.stringify({ number, id, name, arguments: argumentsJson, state, result, ...took }),
  };
}
