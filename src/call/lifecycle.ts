/**
 * The life of a call from request to final status, as a pure machine: `step(state, event)` gives the next state and
 * what to do about it. State only moves forward; whatever the carrier repeats, delays or swaps changes nothing twice.
 */

import { graceMs, second, sendingMs } from './lifecycle-beginnings.ts';
import { type Answered, endingFor, over, type Placed, stay } from './lifecycle-endings.ts';
import {
  onDial,
  onDue,
  onForbidden,
  onLost,
  onNotSent,
  onPostponed,
  onRefused,
  onWaitedLong,
} from './lifecycle-queue.ts';
import type {
  CallStatus,
  CarrierError,
  CarrierFinal,
  Ending,
  Lifecycle,
  LifecycleEffect,
  LifecycleEvent,
  Live,
  Sent,
  Step,
} from './lifecycle-state.ts';
import { isTalkingOn, longestTransferSeconds, onTransfer } from './lifecycle-transfer.ts';

/** When an unconfirmed call is looked for, counted from its sending. */
const lookUpsAtMs = [15 * second, 60 * second, 300 * second];
const leastBetweenMs = 30 * second;
/** How long the carrier may take to end a call whose conversation is over. */
const endingMs = 10 * second;

export function statusOf(state: Lifecycle): CallStatus {
  if (state.phase === 'accepted') return state.place.kind === 'schedule' ? 'scheduled' : 'queued';
  if (state.phase === 'placed') return state.ringing ? 'ringing' : 'dialing';
  if (state.phase === 'answered') return 'in_progress';
  return state.phase === 'over' ? state.status : 'dialing';
}

export function checkAtMsOf(state: Lifecycle): number | null {
  return state.phase === 'over' ? null : state.checkAtMs;
}

export function step(state: Lifecycle, event: LifecycleEvent): Step {
  switch (event.type) {
    case 'dial':
      return onDial(state, event.atMs);
    case 'due':
      return onDue(state);
    case 'postponed':
      return onPostponed(state, event.dueAtMs);
    case 'forbidden':
      return onForbidden(state, event.error);
    case 'carrier-accepted':
      return onAccepted(state, event.carrierSid, event.atMs);
    case 'carrier-refused':
      return onRefused(state, event);
    case 'dial-outcome-unknown':
      return onUnknown(state);
    case 'not-sent':
      return onNotSent(state, event.tries);
    case 'carrier-reported':
      return onReport(state, event);
    case 'carrier-unclear':
      return onUnclear(state, event.atMs);
    case 'carrier-knows-nothing':
      return onKnowsNothing(state, event.atMs);
    case 'session-opened':
    case 'session-closed':
      return onSession(state, event);
    case 'conversation-ended':
      return onConversationEnded(state, event.ending, event.atMs);
    case 'transfer-begun':
    case 'transfer-connected':
    case 'transfer-failed':
      return onTransfer(state, event);
    case 'cancel':
      return onCancel(state, event.ending, event.atMs);
    case 'server-started':
      return onServerStarted(state, event.atMs);
    case 'check':
      return onCheck(state, event.atMs);
  }
}

function placed(from: Pick<Sent, 'cancelWanted'> & Live, carrierSid: string, atMs: number): Step {
  const ending: Ending | null = from.cancelWanted ? { reason: 'canceled', by: 'request', fault: null } : null;
  const checkAtMs = ending ? atMs + endingMs : atMs + from.limits.ringSeconds * second + graceMs;
  return {
    state: { phase: 'placed', limits: from.limits, carrierSid, ringing: false, placedAtMs: atMs, ending, checkAtMs },
    effects: ending ? [{ type: 'end-at-carrier', carrierSid }] : [],
  };
}

function onAccepted(state: Lifecycle, carrierSid: string, atMs: number): Step {
  if (state.phase === 'sending' || state.phase === 'unknown') return placed(state, carrierSid, atMs);
  if (state.phase === 'accepted') {
    // A request that the carrier surely had not taken up has come to something after all.
    return state.tries === 0 ? stay(state) : placed({ ...state, cancelWanted: false }, carrierSid, atMs);
  }
  // A second call for the same request must not go on ringing, and neither may one that was given up.
  const isStray = state.carrierSid !== carrierSid;
  return { state, effects: isStray ? [{ type: 'end-at-carrier', carrierSid }] : [] };
}

function onUnknown(state: Lifecycle): Step {
  if (state.phase !== 'sending') return stay(state);
  const { limits, place, tries, sentAtMs, cancelWanted } = state;
  const checkAtMs = sentAtMs + (lookUpsAtMs[0] ?? 0);
  const sent = { place, tries, sentAtMs, cancelWanted };
  return { state: { phase: 'unknown', limits, ...sent, lookUps: 0, checkAtMs }, effects: [] };
}

type ReportEvent = Extract<LifecycleEvent, { type: 'carrier-reported' }>;

function onReport(state: Lifecycle, event: ReportEvent): Step {
  if (state.phase === 'accepted' && state.tries === 0) return stay(state);
  if (state.phase === 'accepted' || state.phase === 'sending' || state.phase === 'unknown') {
    // The carrier's own word arrived before its answer to our request: it names the call.
    const bound = onAccepted(state, event.carrierSid, event.atMs);
    const next = onReport(bound.state, event);
    return { state: next.state, effects: [...bound.effects, ...next.effects] };
  }
  if (state.carrierSid !== event.carrierSid) return onAccepted(state, event.carrierSid, event.atMs);
  if (state.phase === 'over') return stay(state);
  switch (event.status) {
    case 'queued':
    case 'initiated':
      return stay(state);
    case 'ringing':
      return onRinging(state);
    case 'in_progress':
      return onAnswered(state, event.atMs);
    default:
      return onFinal(state, event.status, event.error);
  }
}

function onRinging(state: Placed | Answered): Step {
  if (state.phase === 'answered' || state.ringing) return stay(state);
  return { state: { ...state, ringing: true }, effects: [{ type: 'announce', event: 'call.ringing' }] };
}

function onAnswered(state: Placed | Answered, atMs: number): Step {
  if (state.phase === 'answered') return stay(state);
  const { limits, carrierSid, ending } = state;
  return {
    state: {
      phase: 'answered',
      limits,
      carrierSid,
      answeredAtMs: atMs,
      session: 'awaited',
      ending,
      checkAtMs: atMs + (ending ? endingMs : graceMs),
    },
    effects: [{ type: 'announce', event: 'call.started' }],
  };
}

function onFinal(state: Placed | Answered, status: CarrierFinal, error: CarrierError | null): Step {
  const end = over(state, status, state.ending ?? endingFor(state, status));
  return { state: end.state, effects: error ? [{ type: 'note-error', error }, ...end.effects] : end.effects };
}

function onKnowsNothing(state: Lifecycle, atMs: number): Step {
  if (state.phase === 'unknown') return onNotFound(state, 'never_placed', atMs);
  if (state.phase === 'placed') {
    return over(state, 'failed', state.ending ?? { reason: 'carrier_lost', by: 'carrier', fault: 'carrier' });
  }
  if (state.phase === 'answered') {
    return over(state, 'completed', state.ending ?? { reason: 'carrier_lost', by: 'carrier', fault: 'carrier' });
  }
  return state.phase === 'sending' ? onUnknown({ ...state, checkAtMs: atMs }) : stay(state);
}

/** Nothing that says so is believed of a call that the carrier has named meanwhile. */
function onUnclear(state: Lifecycle, atMs: number): Step {
  if (state.phase === 'unknown') return onNotFound(state, 'carrier_unclear', atMs);
  return state.phase === 'sending' ? onUnknown({ ...state, checkAtMs: atMs }) : stay(state);
}

type Unknown = Extract<Lifecycle, { phase: 'unknown' }>;

function onNotFound(state: Unknown, reason: 'never_placed' | 'carrier_unclear', atMs: number): Step {
  const lookUps = state.lookUps + 1;
  const nextAtMs = lookUpsAtMs[lookUps];
  if (nextAtMs !== undefined) {
    // A clock that was set forward must not have it looked for three times in a row, before the carrier can know it.
    const checkAtMs = Math.max(state.sentAtMs + nextAtMs, atMs + leastBetweenMs);
    return stay({ ...state, lookUps, checkAtMs });
  }
  return state.cancelWanted
    ? over(state, 'canceled', { reason: 'canceled', by: 'request', fault: null })
    : over(state, 'failed', { reason, by: 'carrier', fault: 'carrier' });
}

type SessionEvent = Extract<LifecycleEvent, { type: 'session-opened' | 'session-closed' }>;

function onSession(state: Lifecycle, event: SessionEvent): Step {
  // A socket can only open on a call that was answered, whatever callback is still on its way.
  const answered = state.phase === 'placed' ? onAnswered(state, event.atMs) : stay(state);
  if (answered.state.phase !== 'answered') return stay(state);
  const { limits } = answered.state;
  if (event.type === 'session-opened') {
    const checkAtMs = event.atMs + limits.maxDurationSeconds * second + graceMs;
    return { state: { ...answered.state, session: 'open', checkAtMs }, effects: answered.effects };
  }
  // The session of whoever gave the person away ends after that.
  if (isTalkingOn(answered.state)) return answered;
  const session = event.clean ? 'closed' : 'broken';
  return { state: { ...answered.state, session, checkAtMs: event.atMs + endingMs }, effects: answered.effects };
}

function onConversationEnded(state: Lifecycle, ending: Ending, atMs: number): Step {
  if (state.phase !== 'answered' || state.ending) return stay(state);
  return stay({ ...state, ending, checkAtMs: atMs + endingMs });
}

function onCancel(state: Lifecycle, ending: Ending, atMs: number): Step {
  if (state.phase === 'accepted') return over(state, 'canceled', ending);
  if (state.phase === 'sending' || state.phase === 'unknown') return stay({ ...state, cancelWanted: true });
  if (state.phase === 'over') return stay(state);
  // Who is told again and again must be asked about all the same.
  const checkAtMs = Math.min(state.ending ? state.checkAtMs : Number.POSITIVE_INFINITY, atMs + endingMs);
  return {
    state: { ...state, ending: state.ending ?? ending, checkAtMs },
    effects: [{ type: 'end-at-carrier', carrierSid: state.carrierSid }],
  };
}

function onServerStarted(state: Lifecycle, atMs: number): Step {
  if (state.phase === 'over') return stay(state);
  // Nobody waits for the answer any more; what waits in the queue needs no server of its own.
  if (state.phase === 'accepted') return state.place.kind === 'request' ? onLost(state) : stay(state);
  if (state.phase === 'answered' && state.session === 'open')
    return stay({ ...state, session: 'lost', checkAtMs: atMs });
  return stay({ ...state, checkAtMs: atMs });
}

function onCheck(state: Lifecycle, atMs: number): Step {
  switch (state.phase) {
    case 'accepted':
      return onWaitedLong(state, atMs);
    case 'sending':
      return onUnknown(state);
    case 'unknown':
      return {
        state: { ...state, checkAtMs: atMs + sendingMs },
        effects: [{ type: 'look-for-call', sentAtMs: state.sentAtMs }],
      };
    case 'placed':
    case 'answered':
      return onOverdue(state, atMs);
    case 'over':
      return stay(state);
  }
}

function onOverdue(state: Placed | Answered, atMs: number): Step {
  const { carrierSid } = state;
  const isOn = state.phase === 'answered' && isTalkingOn(state);
  const longestSeconds = state.limits.maxDurationSeconds + (isOn ? longestTransferSeconds : 0);
  const tooLong = state.phase === 'answered' && atMs > state.answeredAtMs + longestSeconds * second + graceMs;
  const effects: LifecycleEffect[] = [{ type: 'ask-carrier', carrierSid }];
  if ((state.ending && !isOn) || tooLong) effects.unshift({ type: 'end-at-carrier', carrierSid });
  return { state: { ...state, checkAtMs: atMs + graceMs }, effects };
}
