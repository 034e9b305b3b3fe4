/** Does what the lifecycle decided, after its commit: one command to the carrier, and what came of it as the next event. */
import { type Assistant, usualWhoPickedUp } from '../assistant/assistant.ts';
import { messageOf } from '../base/errors.ts';
import type { AnswerDetection } from '../ports/answer-detection.ts';
import { type CallOrder, type CarrierCall, CarrierRefused } from '../ports/carrier.ts';
import { type CallRow, findCall } from '../store/calls.ts';
import { everyone } from '../store/reach.ts';
import type { CallHappening, CallParts } from './call-parts.ts';
import type { DialOutcome } from './dial/account-health.ts';
import { noteOutcome } from './dial/note-outcome.ts';
import type { Lifecycle, LifecycleEffect } from './lifecycle-state.ts';
import { longestTransferSeconds } from './lifecycle-transfer.ts';
import { settingOfTransfer } from './transfer.ts';

interface CameOfIt {
  happening: CallHappening;
  facts?: { durationSeconds: number | null };
  /** To be noted once the call has been told. */
  outcome?: DialOutcome;
}

/** Does one effect; gives what came of it as the next event, if anything did. */
export async function performEffect(
  parts: CallParts,
  call: CallRow,
  what: { effect: LifecycleEffect; isFresh(): boolean },
): Promise<CameOfIt | null> {
  const { carrier } = parts;
  const { effect } = what;
  switch (effect.type) {
    case 'place-call':
      return await placeAtCarrier(parts, call, what.isFresh);
    case 'ask-carrier':
      return toReport(await carrier.fetchCall(effect.carrierSid));
    case 'look-for-call':
      return toFinding(await lookForCall(parts, call, effect.sentAtMs));
    case 'end-at-carrier':
      await carrier.endCall(effect.carrierSid);
      return null;
    case 'announce':
    case 'note-error':
      return null;
  }
}

function toReport(found: CarrierCall | null): CameOfIt {
  if (!found) return { happening: { type: 'carrier-knows-nothing' } };
  const { carrierSid, status, durationSeconds } = found;
  return { happening: { type: 'carrier-reported', carrierSid, status, error: null }, facts: { durationSeconds } };
}

const toFinding = (found: CarrierCall | null | 'unclear'): CameOfIt =>
  found === 'unclear' ? { happening: { type: 'carrier-unclear' } } : toReport(found);

/** A clock may be set wrong by as much as there is between any two time zones, and then right again. */
const furthestOffMs = 26 * 3600_000;

/**
 * The carrier's call with this one's ends and time that is no other call of ours. When it was sent is known by the clock
 * of whoever sent it, who may be another node, or was set since: a call that is nobody's and whose time is another may be
 * this one all the same, and nobody can tell.
 */
async function lookForCall(parts: CallParts, call: CallRow, sentAtMs: number): Promise<CarrierCall | null | 'unclear'> {
  const sinceMs = sentAtMs - furthestOffMs;
  const found = await parts.carrier.findCalls({ to: call.to_number, from: call.from_number, sinceMs });
  let isUnclear = false;
  for (const candidate of found) {
    const afterMs = candidate.createdAtMs - sentAtMs;
    if (afterMs > furthestOffMs) continue;
    const owner = await findCall(parts.store.db, everyone, candidate.carrierSid);
    if (owner && owner.id !== call.id) continue;
    // The carrier's clock may differ a little from ours.
    if (owner || (afterMs >= -6000 && afterMs <= 90_000)) return candidate;
    isUnclear = true;
  }
  return isUnclear ? 'unclear' : null;
}

/**
 * One request, once. A process that stood still since it took the call over sends nothing: others may have given the
 * call up meanwhile.
 */
async function placeAtCarrier(parts: CallParts, call: CallRow, isFresh: () => boolean): Promise<CameOfIt> {
  const { carrier } = parts;
  const { limits, tries } = call.lifecycle as Extract<Lifecycle, { phase: 'sending' }>;
  const mayTransfer = settingOfTransfer(call.assistant as Assistant) !== null;
  if (!isFresh()) return { happening: { type: 'not-sent', tries } };
  try {
    const placed = await carrier.placeCall({
      to: call.to_number,
      from: call.from_number,
      instructions: call.instructions as CallOrder['instructions'],
      statusPath: `${carrier.routes.status.path}?callId=${encodeURIComponent(call.id)}`,
      ringSeconds: limits.ringSeconds,
      maxDurationSeconds: limits.maxDurationSeconds + 30 + (mayTransfer ? longestTransferSeconds : 0),
      detection: detectionFor(parts, call),
    });
    // The carrier's own callbacks are on their way: the call is told first.
    const happening = { type: 'carrier-accepted', carrierSid: placed.carrierSid } as const;
    return { happening, outcome: { type: 'taken' } };
  } catch (error) {
    return { happening: await whatFailed(parts, error) };
  }
}

/** With a message to leave it must be known when the greeting is over. */
function detectionFor({ carrier }: CallParts, call: CallRow): AnswerDetection | null {
  const assistant = call.assistant as Assistant;
  if ((assistant.who_picked_up ?? usualWhoPickedUp).detect !== 'carrier_and_heard') return null;
  return {
    path: `${carrier.routes.detection.path}?callId=${encodeURIComponent(call.id)}`,
    until: assistant.voicemail?.action === 'leave_message' ? 'message-end' : 'answer',
  };
}

async function whatFailed(parts: CallParts, error: unknown): Promise<CallHappening> {
  if (!(error instanceof CarrierRefused)) {
    // Whatever else went wrong, a phone may be ringing.
    await noteOutcome(parts, { type: 'unclear' });
    return { type: 'dial-outcome-unknown', message: messageOf(error) };
  }
  const { kind, carrierCode: code, message, retryAfterSeconds } = error;
  await noteOutcome(parts, { type: kind, retryAfterSeconds });
  return { type: 'carrier-refused', code, message, again: kind !== 'declined' };
}
