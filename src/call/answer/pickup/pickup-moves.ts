/** The moves from one phase of finding out who has picked up to another that several signs share. */
import type { PickupPolicy } from './pickup-policy.ts';
import type { PickupEffect, PickupEnding, PickupMemory, PickupState, PickupStep } from './pickup-state.ts';

export const stay = (state: PickupState): PickupStep => ({ state, effects: [] });

export const memoryOf = (state: PickupMemory): PickupMemory => ({
  verdict: state.verdict,
  openedAtMs: state.openedAtMs,
  speechAtMs: state.speechAtMs,
  quietAtMs: state.quietAtMs,
  mayRecord: state.mayRecord,
  carrierTold: state.carrierTold,
  wasHeard: state.wasHeard,
  answers: state.answers,
  message: state.message,
  saying: state.saying,
});

export function followedBy(first: readonly PickupEffect[], next: PickupStep): PickupStep {
  return { state: next.state, effects: [...first, ...next.effects] };
}

export function end(state: PickupState, reason: PickupEnding): PickupStep {
  return { state: { ...memoryOf(state), phase: 'over' }, effects: [{ type: 'end', reason }] };
}

/** In the place of whatever was being said. */
export function say<S extends PickupState>(state: S, what: 'message' | 'introduction'): PickupStep {
  const saying = state.saying + 1;
  return { state: { ...state, saying }, effects: [{ type: 'say', what, saying }] };
}

/** Phases in which the assistant is kept silent. */
export function isHeld({ phase }: PickupState): boolean {
  return ['awaiting-end', 'leaving', 'being-asked', 'introducing', 'awaiting-person'].includes(phase);
}

/** When something has to happen although nothing is heard; null: never. */
export function dueAtMsOf(state: PickupState, policy: PickupPolicy, carrierTellsEnd: boolean): number | null {
  switch (state.phase) {
    case 'listening': {
      const isUnheard = state.speechAtMs === null && state.quietAtMs === null;
      const speech = state.speechAtMs === null ? Number.POSITIVE_INFINITY : state.speechAtMs + policy.longSpeechMs;
      // What is known already is not told again.
      const [nobody, long] = state.verdict ? [Infinity, Infinity] : [state.openedAtMs + policy.nobodyMs, speech];
      return Math.min(isUnheard ? nobody : long, state.openedAtMs + policy.windowMs);
    }
    case 'awaiting-end': {
      const waitsForCarrier = carrierTellsEnd && !state.carrierTold;
      const quietMs = waitsForCarrier ? policy.quietForCarrierMs : policy.quietMs;
      const quiet = state.quietAtMs === null ? Number.POSITIVE_INFINITY : state.quietAtMs + quietMs;
      return Math.min(quiet, state.sinceMs + policy.greetingMs);
    }
    case 'leaving':
    case 'introducing':
      return state.sinceMs + policy.messageMs;
    case 'being-asked':
      return state.sinceMs + policy.askingMs;
    case 'awaiting-person':
      return state.sinceMs + policy.putThroughMs;
    default:
      return null;
  }
}
