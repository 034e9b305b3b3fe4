/** What the carrier tells while a call is handed over: the colleague's line, the briefing, and what came of it. */
import type { CarrierEvent, CarrierInstruction } from '../ports/carrier.ts';
import { findCall } from '../store/calls.ts';
import { everyone } from '../store/reach.ts';
import { connectAgain, type InstructionParts } from './answer/give-instructions.ts';
import { moveTransfer, type TransferParts } from './move-transfer.ts';
import { briefingOf, type Transfer, takesIt, transferOf } from './transfer.ts';

export type TransferEvent = Extract<
  CarrierEvent,
  { type: 'transfer-leg-changed' | 'briefing-wanted' | 'briefing-answered' | 'transfer-over' }
>;

export interface HearTransferParts extends TransferParts {
  instructions: InstructionParts;
}

export async function hearTransfer(
  parts: HearTransferParts,
  callId: string,
  event: TransferEvent,
): Promise<CarrierInstruction> {
  switch (event.type) {
    case 'transfer-leg-changed': {
      const transfer = await find(parts, callId);
      // A colleague who is to hear a briefing has not taken the call by picking up.
      if (event.status === 'in_progress' && transfer?.mode === 'cold') await connected(parts, callId, transfer);
      return { type: 'acknowledge' };
    }
    case 'briefing-wanted':
      return brief(parts, callId);
    case 'briefing-answered': {
      const transfer = await find(parts, callId);
      const isTaken = transfer?.mode === 'warm' && takesIt(event) && (await connected(parts, callId, transfer));
      return isTaken ? { type: 'acknowledge' } : { type: 'hang-up' };
    }
    case 'transfer-over':
      return transferOver(parts, callId, event);
  }
}

async function find({ store }: TransferParts, callId: string): Promise<Transfer | null> {
  const call = await findCall(store.db, everyone, callId);
  return call ? transferOf(call) : null;
}

async function connected(parts: TransferParts, callId: string, { by }: Transfer): Promise<boolean> {
  const changes = { state: 'connected', connected_at: new Date(parts.clock.now()).toISOString() } as const;
  const happening = { type: 'transfer-connected', by } as const;
  return (
    (await moveTransfer(parts, callId, { from: ['ringing'], changes, event: 'call.transferred', happening })) !== null
  );
}

async function brief({ store, carrier }: TransferParts, callId: string): Promise<CarrierInstruction> {
  const call = await findCall(store.db, everyone, callId);
  const transfer = call ? transferOf(call) : null;
  if (!call || transfer?.state !== 'ringing') return { type: 'hang-up' };
  const answerPath = `${carrier.routes.briefingAnswer.path}?callId=${encodeURIComponent(callId)}`;
  const { language } = call.assistant as { language: string };
  return { type: 'brief', text: briefingOf(call, transfer), language, answerPath };
}

async function transferOver(
  parts: HearTransferParts,
  callId: string,
  event: Extract<TransferEvent, { type: 'transfer-over' }>,
): Promise<CarrierInstruction> {
  const endedAt = new Date(parts.clock.now()).toISOString();
  const leg = { ended_at: endedAt, leg_seconds: event.legSeconds, leg_sid: event.legSid };
  const transfer = await find(parts, callId);
  // Whether they talked is told by the end of it, too, when the word of its beginning was lost.
  if (transfer && event.result === 'connected') await connected(parts, callId, transfer);
  const done = { changes: leg, event: null, happening: null };
  if (await moveTransfer(parts, callId, { from: ['connected'], ...done })) return { type: 'hang-up' };
  const changes = { ...leg, state: 'failed', reason: event.result } as const;
  const happening = { type: 'transfer-failed' } as const;
  await moveTransfer(parts, callId, { from: ['ringing'], changes, event: 'call.transfer_failed', happening });
  // The same word again gets the same answer: the right to the session that it names is good once.
  return connectAgain(parts.instructions, callId);
}
