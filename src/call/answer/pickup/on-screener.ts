/** What is done about a call screener: it is told who calls and why, and then somebody is waited for. */
import { end, followedBy, memoryOf, say, stay } from './pickup-moves.ts';
import type { PickupPolicy } from './pickup-policy.ts';
import type { In, PickupActions, PickupState, PickupStep } from './pickup-state.ts';
import type { Said } from './sounds-like.ts';

export function onScreener(state: PickupState, action: PickupActions['screener'], at: At): PickupStep {
  if (action === 'talk') return stay({ ...memoryOf(state), phase: 'listening' });
  if (action === 'hang_up') return end(state, 'screened_out');
  return followedBy(
    [{ type: 'hold' }],
    askedAgain({ ...memoryOf(state), phase: 'awaiting-person', ...since(at, 0) }, at),
  );
}

interface At {
  atMs: number;
  policy: PickupPolicy;
}

const since = ({ atMs }: At, times: number) => ({ sinceMs: atMs, times });

function askedAgain(state: In<'awaiting-person'>, at: At): PickupStep {
  if (state.times >= at.policy.mostIntroductions) return end(state, 'screened_out');
  const asked: In<'being-asked'> = { ...memoryOf(state), phase: 'being-asked', ...since(at, state.times) };
  return state.speechAtMs === null ? introduce(asked, at) : stay(asked);
}

/** It has finished asking. */
export function introduce(state: In<'being-asked'>, at: At): PickupStep {
  return say({ ...memoryOf(state), phase: 'introducing', ...since(at, state.times + 1) }, 'introduction');
}

export function introduced(state: In<'introducing'>, at: At): PickupStep {
  return stay({ ...memoryOf(state), phase: 'awaiting-person', ...since(at, state.times) });
}

/** What the screener says after it was told; null: words that only somebody else can have said. */
export function onScreenerSaid(state: In<'awaiting-person'>, said: Said | null, at: At): PickupStep | null {
  if (said === 'screener') return askedAgain(state, at);
  if (said === 'hold-on') return stay({ ...state, sinceMs: at.atMs });
  if (said === 'not-available') return end(state, 'screened_out');
  return null;
}
