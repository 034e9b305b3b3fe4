/**
 * The life of a call from request to final status, as a pure machine: `step(state, event)` gives the next state and
 * what to do about it. State only moves forward; whatever the carrier repeats, delays or swaps changes nothing twice.
 */

import { blockedLifecycle, graceMs, second, sendingMs } from './lifecycle-beginnings.ts';
import { type Answered, endingFor, type Placed } from './lifecycle-endings.ts';
import type {
  CallStatus,
  CarrierError,
  CarrierFinal,
  Ending,
  FinalStatus,
  Lifecycle,
  LifecycleEffect,
  LifecycleEvent,
  Live,
  Step,
} from './lifecycle-state.ts';

/** When an unconfirmed call is looked for, counted from its sending. */
const lookUpsAtMs = [15 * second, 60 * second, 300 * second];
/** Until a call for which no line was free tries again. */
const postponedMs = second;
/** How long the carrier may take to end a call whose conversation is over. */
const endingMs = 10 * second;

export function statusOf(state: Lifecycle): CallStatus {
  if (state.phase === 'accepted') return 'queued';
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
    case 'postponed':
      return onPostponed(state, event.atMs);
    case 'forbidden':
      return onForbidden(state, event.error);
    case 'carrier-accepted':
      return onAccepted(state, event.carrierSid, event.atMs);
    case 'carrier-refused':
      return onRefused(state, event);
    case 'dial-outcome-unknown':
      return onUnknown(state);
    case 'carrier-reported':
      return onReport(state, event);
    case 'carrier-knows-nothing':
      return onKnowsNothing(state, event.atMs);
    case 'session-opened':
    case 'session-closed':
      return onSession(state, event);
    case 'conversation-ended':
      return onConversationEnded(state, event.ending, event.atMs);
    case 'cancel':
      return onCancel(state, event.ending, event.atMs);
    case 'server-started':
      return onServerStarted(state, event.atMs);
    case 'check':
      return onCheck(state, event.atMs);
  }
}

const stay = (state: Lifecycle): Step => ({ state, effects: [] });

function over(from: Lifecycle, status: FinalStatus, ending: Ending): Step {
  const carrierSid = 'carrierSid' in from ? from.carrierSid : null;
  return {
    state: { phase: 'over', carrierSid, status, ending },
    effects: [{ type: 'announce', event: 'call.ended' }],
  };
}

function onDial(state: Lifecycle, atMs: number): Step {
  if (state.phase !== 'accepted') return stay(state);
  return {
    state: { phase: 'sending', limits: state.limits, sentAtMs: atMs, cancelWanted: false, checkAtMs: atMs + sendingMs },
    effects: [{ type: 'announce', event: 'call.dialing' }, { type: 'place-call' }],
  };
}

function onPostponed(state: Lifecycle, atMs: number): Step {
  return state.phase === 'accepted' ? stay({ ...state, checkAtMs: atMs + postponedMs }) : stay(state);
}

function onForbidden(state: Lifecycle, error: CarrierError): Step {
  if (state.phase !== 'accepted') return stay(state);
  return {
    state: blockedLifecycle(),
    effects: [
      { type: 'note-error', error },
      { type: 'announce', event: 'call.blocked' },
    ],
  };
}

function placed(from: Live & { cancelWanted: boolean }, carrierSid: string, atMs: number): Step {
  const ending: Ending | null = from.cancelWanted ? { reason: 'canceled', by: 'request', fault: null } : null;
  const checkAtMs = ending ? atMs + endingMs : atMs + from.limits.ringSeconds * second + graceMs;
  return {
    state: { phase: 'placed', limits: from.limits, carrierSid, ringing: false, placedAtMs: atMs, ending, checkAtMs },
    effects: ending ? [{ type: 'end-at-carrier', carrierSid }] : [],
  };
}

function onAccepted(state: Lifecycle, carrierSid: string, atMs: number): Step {
  if (state.phase === 'sending' || state.phase === 'unknown') return placed(state, carrierSid, atMs);
  // A second call for the same request must not go on ringing, and neither may one that was given up.
  const isStray = state.phase !== 'accepted' && state.carrierSid !== carrierSid;
  return { state, effects: isStray ? [{ type: 'end-at-carrier', carrierSid }] : [] };
}

function onRefused(state: Lifecycle, event: { code: number | null; message: string }): Step {
  if (state.phase !== 'sending') return stay(state);
  const error = { code: event.code === null ? 'carrier/unreachable' : `carrier/${event.code}`, message: event.message };
  const end = over(state, 'failed', { reason: 'carrier_refused', by: 'carrier', fault: 'carrier' });
  return { state: end.state, effects: [{ type: 'note-error', error }, ...end.effects] };
}

function onUnknown(state: Lifecycle): Step {
  if (state.phase !== 'sending') return stay(state);
  const { limits, sentAtMs, cancelWanted } = state;
  const checkAtMs = sentAtMs + (lookUpsAtMs[0] ?? 0);
  return { state: { phase: 'unknown', limits, sentAtMs, cancelWanted, lookUps: 0, checkAtMs }, effects: [] };
}

type ReportEvent = Extract<LifecycleEvent, { type: 'carrier-reported' }>;

function onReport(state: Lifecycle, event: ReportEvent): Step {
  if (state.phase === 'accepted') return stay(state);
  if (state.phase === 'sending' || state.phase === 'unknown') {
    // The carrier's own word arrived before its answer to our request: it names the call.
    const bound = placed(state, event.carrierSid, event.atMs);
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
  if (state.phase === 'unknown') return onNotFound(state);
  if (state.phase === 'placed') {
    return over(state, 'failed', state.ending ?? { reason: 'carrier_lost', by: 'carrier', fault: 'carrier' });
  }
  if (state.phase === 'answered') {
    return over(state, 'completed', state.ending ?? { reason: 'carrier_lost', by: 'carrier', fault: 'carrier' });
  }
  return state.phase === 'sending' ? onUnknown({ ...state, checkAtMs: atMs }) : stay(state);
}

function onNotFound(state: Extract<Lifecycle, { phase: 'unknown' }>): Step {
  const lookUps = state.lookUps + 1;
  const nextAtMs = lookUpsAtMs[lookUps];
  if (nextAtMs !== undefined) return stay({ ...state, lookUps, checkAtMs: state.sentAtMs + nextAtMs });
  return state.cancelWanted
    ? over(state, 'canceled', { reason: 'canceled', by: 'request', fault: null })
    : over(state, 'failed', { reason: 'never_placed', by: 'carrier', fault: 'carrier' });
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
  return {
    state: { ...state, ending: state.ending ?? ending, checkAtMs: atMs + endingMs },
    effects: [{ type: 'end-at-carrier', carrierSid: state.carrierSid }],
  };
}

function onServerStarted(state: Lifecycle, atMs: number): Step {
  if (state.phase === 'over') return stay(state);
  if (state.phase === 'answered' && state.session === 'open')
    return stay({ ...state, session: 'lost', checkAtMs: atMs });
  return stay({ ...state, checkAtMs: atMs });
}

function onCheck(state: Lifecycle, atMs: number): Step {
  switch (state.phase) {
    case 'accepted':
      if (state.isQueued)
        return { state: { ...state, checkAtMs: atMs + postponedMs }, effects: [{ type: 'try-to-dial' }] };
      // The server stopped between accepting the call and asking for it: nobody waits for this call any more.
      return over(state, 'failed', { reason: 'server_lost', by: 'server', fault: 'server' });
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
  const tooLong =
    state.phase === 'answered' && atMs > state.answeredAtMs + state.limits.maxDurationSeconds * second + graceMs;
  const effects: LifecycleEffect[] = [{ type: 'ask-carrier', carrierSid }];
  if (state.ending || tooLong) effects.unshift({ type: 'end-at-carrier', carrierSid });
  return { state: { ...state, checkAtMs: atMs + graceMs }, effects };
}
