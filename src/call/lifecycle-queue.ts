/** The life of a call before a phone rings: it waits, is dialled, comes back to its place, or is given up. Pure. */
import { type Accepted, blockedLifecycle, giveUpAtMsOf, sendingMs } from './lifecycle-beginnings.ts';
import { over, stay } from './lifecycle-endings.ts';
import type { CarrierError, Ending, Lifecycle, LifecycleEffect, Place, Sent, Step } from './lifecycle-state.ts';

const canceled: Ending = { reason: 'canceled', by: 'request', fault: null };

export function onDial(state: Lifecycle, atMs: number): Step {
  if (state.phase !== 'accepted') return stay(state);
  const { limits, place, tries } = state;
  const effects: LifecycleEffect[] = [{ type: 'announce', event: 'call.dialing' }, { type: 'place-call' }];
  if (place.kind === 'schedule') effects.unshift({ type: 'announce', event: 'call.queued' });
  const sent: Sent = { place: toQueued(place), tries: tries + 1, sentAtMs: atMs, cancelWanted: false };
  return { state: { phase: 'sending', limits, ...sent, checkAtMs: atMs + sendingMs }, effects };
}

const toQueued = (place: Place): Place => (place.kind === 'schedule' ? { ...place, kind: 'queue' } : place);

export function onDue(state: Lifecycle): Step {
  if (state.phase !== 'accepted' || state.place.kind !== 'schedule') return stay(state);
  return { state: { ...state, place: toQueued(state.place) }, effects: [{ type: 'announce', event: 'call.queued' }] };
}

export function onPostponed(state: Lifecycle, dueAtMs: number): Step {
  if (state.phase !== 'accepted' || state.place.kind === 'request') return stay(state);
  const { notAfterMs } = state.place;
  if (notAfterMs !== null && dueAtMs >= notAfterMs) return expire(state);
  const place: Place = { kind: 'schedule', dueAtMs, notAfterMs };
  return stay({ ...state, place, checkAtMs: giveUpAtMsOf(place) });
}

export function onForbidden(state: Lifecycle, error: CarrierError): Step {
  if (state.phase !== 'accepted') return stay(state);
  return {
    state: blockedLifecycle(),
    effects: [
      { type: 'note-error', error },
      { type: 'announce', event: 'call.blocked' },
    ],
  };
}

export function onRefused(state: Lifecycle, event: { code: number | null; message: string; again: boolean }): Step {
  if (state.phase !== 'sending') return stay(state);
  if (event.again && state.place.kind !== 'request') return takePlaceAgain(state);
  const error = { code: event.code === null ? 'carrier/unreachable' : `carrier/${event.code}`, message: event.message };
  const end = over(state, 'failed', { reason: 'carrier_refused', by: 'carrier', fault: 'carrier' });
  return { state: end.state, effects: [{ type: 'note-error', error }, ...end.effects] };
}

export function onNotSent(state: Lifecycle, tries: number): Step {
  const isMeant = (state.phase === 'sending' || state.phase === 'unknown') && state.tries === tries;
  if (!isMeant) return stay(state);
  return state.place.kind === 'request' ? onLost(state) : takePlaceAgain(state);
}

function takePlaceAgain(state: Extract<Lifecycle, Sent>): Step {
  if (state.cancelWanted) return over(state, 'canceled', canceled);
  const { limits, place, tries } = state;
  return stay({ phase: 'accepted', limits, place, tries, checkAtMs: giveUpAtMsOf(place) });
}

export function onWaitedLong(state: Accepted, atMs: number): Step {
  const { place } = state;
  if (atMs < giveUpAtMsOf(place)) return stay({ ...state, checkAtMs: giveUpAtMsOf(place) });
  return place.kind === 'request' ? onLost(state) : expire(state);
}

/** The server stopped between accepting the call and asking for it: nobody waits for this call any more. */
export function onLost(state: Lifecycle): Step {
  return over(state, 'failed', { reason: 'server_lost', by: 'server', fault: 'server' });
}

const expire = (state: Accepted): Step => over(state, 'canceled', { reason: 'expired', by: 'server', fault: null });
