/** Decides whether a call may be handed over to a colleague on its assistant's list, and begins it. */
import type { Assistant } from '../assistant/assistant.ts';
import type { CarrierInstruction } from '../ports/carrier.ts';
import { type CallRow, findCall, lockCall, updateCall } from '../store/calls.ts';
import { everyone } from '../store/reach.ts';
import type { CallParts } from './call-parts.ts';
import type { DialReason } from './dial/decide-dial.ts';
import { mayDial } from './dial/may-dial.ts';
import { ownNumberOf } from './ends-of-call.ts';
import { isTalking } from './is-talking.ts';
import type { Lifecycle } from './lifecycle-state.ts';
import { longestTransferSeconds } from './lifecycle-transfer.ts';
import { moveTransfer, type TransferParts } from './move-transfer.ts';
import { findTarget, type Transfer, transferOf } from './transfer.ts';

export interface WantedTransfer {
  target: string;
  briefing: string | null;
  by: Transfer['by'];
}

export type TransferAnswer = { target: string } | { refused: string; code: string };

/** Rules about the person on the line do not bind a colleague. */
const rulesOfColleagues: readonly string[] = ['do_not_call', 'client_active', 'expensive_number', 'allowed_country'];

/** Notes who the call shall go to; nobody is rung before the assistant has spoken. */
export async function wantTransfer(parts: CallParts, callId: string, wanted: WantedTransfer): Promise<TransferAnswer> {
  const { store, clock } = parts;
  const call = await findCall(store.db, everyone, callId);
  if (!call || !isTalking(call)) return { refused: 'Nobody talks in this call now.', code: 'call/not-talking' };
  const target = findTarget(call.assistant as Assistant, wanted.target);
  if (!target) return { refused: 'The assistant has no such colleague on its list.', code: 'transfer/no-such-target' };
  const forbidding = await whyForbidden(parts, call, target.number);
  if (forbidding) return { refused: forbidding.detail, code: forbidding.code ?? 'dial/forbidden' };
  const transfer: Transfer = {
    ...{ target: target.name, number: target.number, mode: target.mode, ring_seconds: target.ring_seconds },
    ...{ briefing: wanted.briefing, by: wanted.by, state: 'wanted', reason: null },
    ...{ asked_at: new Date(clock.now()).toISOString(), connected_at: null, ended_at: null },
    ...{ leg_seconds: null, leg_sid: null },
  };
  const isNoted = await store.transaction(async (db) => {
    const locked = await lockCall(db, callId);
    if (!locked || !isTalking(locked)) return false;
    await updateCall(db, callId, { transfer: JSON.stringify(transfer) });
    return true;
  });
  if (!isNoted) return { refused: 'The call is being handed over already, or over.', code: 'call/not-talking' };
  return { target: target.name };
}

async function whyForbidden(parts: CallParts, call: CallRow, number: string): Promise<DialReason | null> {
  const { store, clock, dialPolicy: policy } = parts;
  const about = { clientId: call.client_id, recipientZone: null, keepsHours: false, spend: null };
  const wanted = { to: number, from: ownNumberOf(call), ...about };
  const { reasons } = await mayDial({ db: store.db, policy }, wanted, clock.now());
  const forbids = (reason: DialReason) => reason.verdict === 'forbids' && rulesOfColleagues.includes(reason.rule);
  return reasons.find(forbids) ?? null;
}

/** The assistant has spoken: the call is no longer its own. False where there is nothing to hand over. */
export async function beginTransfer(parts: TransferParts, callId: string): Promise<boolean> {
  const call = await moveTransfer(parts, callId, {
    ...{ from: ['wanted'], changes: { state: 'ringing' }, event: 'call.transferring' },
    happening: { type: 'transfer-begun' },
  });
  if (!call) return false;
  // The carrier asks by itself what follows a relay; a line of sound it must be told to leave.
  if (call.engine === 'media') await redirect(parts, call);
  return true;
}

async function redirect(parts: TransferParts, call: CallRow): Promise<void> {
  const instruction = instructionToTransfer(parts, call);
  if (!instruction || call.carrier_sid === null) return;
  try {
    await parts.carrier.redirectCall(call.carrier_sid, [instruction]);
  } catch (error) {
    const changes = {
      state: 'failed',
      reason: 'carrier',
      ended_at: new Date(parts.clock.now()).toISOString(),
    } as const;
    const ending = { reason: 'carrier_failed', by: 'carrier', fault: 'carrier' } as const;
    const happening = { type: 'conversation-ended', ending } as const;
    await moveTransfer(parts, call.id, { from: ['ringing'], changes, event: 'call.transfer_failed', happening });
    throw error;
  }
}

/** What the carrier is to do with a call that is being handed over; null for any other. */
export function instructionToTransfer(
  { carrier }: Pick<CallParts, 'carrier'>,
  call: CallRow,
): CarrierInstruction | null {
  const transfer = transferOf(call);
  const state = call.lifecycle as Lifecycle;
  if (transfer?.state !== 'ringing' || state.phase !== 'answered' || state.ending !== null) return null;
  const query = `?callId=${encodeURIComponent(call.id)}`;
  const { transferOver, transferLeg, briefing } = carrier.routes;
  return {
    type: 'connect-to',
    ...{ number: transfer.number, from: ownNumberOf(call), ringSeconds: transfer.ring_seconds },
    maxSeconds: longestTransferSeconds,
    afterPath: `${transferOver.path}${query}`,
    statusPath: `${transferLeg.path}${query}`,
    briefingPath: transfer.mode === 'warm' ? `${briefing.path}${query}` : null,
  };
}
