/** Moves a transfer from one state to the next: the call's row, what is told of it, and the call's own step, together. */
import { type CallRow, lockCall, updateCall } from '../store/calls.ts';
import { insertEvents, type NewEvent } from '../store/events.ts';
import type { CallHappening, CallParts } from './call-parts.ts';
import type { CallRunner } from './run-call.ts';
import { type Transfer, transferOf } from './transfer.ts';

export interface TransferParts extends CallParts {
  runner: CallRunner;
}

interface TransferMove {
  from: readonly Transfer['state'][];
  changes: Partial<Transfer>;
  event: 'call.transferring' | 'call.transferred' | 'call.transfer_failed' | null;
  happening: CallHappening | null;
}

/** The call as it is then; null where the transfer was in no such state, as when a webhook comes twice. */
export async function moveTransfer(parts: TransferParts, callId: string, move: TransferMove): Promise<CallRow | null> {
  const { store, runner, live } = parts;
  const moved = await store.transaction(async (db) => {
    const call = await lockCall(db, callId);
    const before = call ? transferOf(call) : null;
    if (!call || !before || !move.from.includes(before.state)) return null;
    const transfer = { ...before, ...move.changes };
    await updateCall(db, callId, { transfer: JSON.stringify(transfer) });
    const told = move.event ? await insertEvents(db, [toEvent(parts, call, { type: move.event, transfer })]) : [];
    const done = move.happening ? await runner.applyWithin(db, callId, move.happening) : null;
    return { call: { ...(done?.call ?? call), transfer } as CallRow, told, done };
  });
  if (!moved) return null;
  live.publish(moved.told);
  if (moved.done) await runner.carryOut(moved.done, () => true);
  return moved.call;
}

function toEvent(
  { clock, newId }: CallParts,
  call: CallRow,
  { type, transfer }: { type: string; transfer: Transfer },
): NewEvent {
  const { target, number, mode, by, reason, asked_at } = transfer;
  return {
    ...{ id: newId('event'), call_id: call.id, client_id: call.client_id, type, key: `${type}:${asked_at}` },
    at: new Date(clock.now()),
    data: JSON.stringify({ target, number, mode, by, ...(reason === null ? {} : { reason }) }),
  };
}
