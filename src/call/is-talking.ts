/** Whether an assistant talks in a call now, so that what it asks to have done comes from a conversation. */
import type { CallRow } from '../store/calls.ts';
import type { Lifecycle } from './lifecycle-state.ts';

export function isTalking(call: Pick<CallRow, 'lifecycle'>): boolean {
  const state = call.lifecycle as Lifecycle;
  return state.phase === 'answered' && state.ending === null && state.session === 'open';
}
