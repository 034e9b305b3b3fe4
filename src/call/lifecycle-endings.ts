/** Why a call ended, as far as the carrier's last word and the state before it tell. */
import type { CarrierFinal, Ending, FinalStatus, Lifecycle, Step } from './lifecycle-state.ts';

export type Placed = Extract<Lifecycle, { phase: 'placed' }>;
export type Answered = Extract<Lifecycle, { phase: 'answered' }>;

export const stay = (state: Lifecycle): Step => ({ state, effects: [] });

export function over(from: Lifecycle, status: FinalStatus, ending: Ending): Step {
  const carrierSid = 'carrierSid' in from ? from.carrierSid : null;
  return {
    state: { phase: 'over', carrierSid, status, ending },
    effects: [{ type: 'announce', event: 'call.ended' }],
  };
}

export function endingFor(state: Placed | Answered, status: CarrierFinal): Ending {
  switch (status) {
    case 'busy':
      return { reason: 'busy', by: 'person', fault: null };
    case 'no_answer':
      return { reason: 'no_answer', by: 'person', fault: null };
    case 'failed':
      return { reason: 'carrier_failed', by: 'carrier', fault: 'carrier' };
    case 'canceled':
      return { reason: 'canceled', by: 'request', fault: null };
    case 'completed':
      return endingForCompleted(state);
  }
}

function endingForCompleted(state: Placed | Answered): Ending {
  const session = state.phase === 'answered' ? state.session : 'awaited';
  if (session === 'lost') return { reason: 'server_lost', by: 'server', fault: 'server' };
  if (session === 'broken') return { reason: 'connection_failed', by: 'carrier', fault: 'carrier' };
  return { reason: 'person_hung_up', by: 'person', fault: null };
}
