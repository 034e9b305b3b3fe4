/** What is done about a phone menu: the assistant is told that it is in one, and has so long to find its way. */
import { end, memoryOf, stay } from './pickup-moves.ts';
import type { PickupActions, PickupState, PickupStep } from './pickup-state.ts';

export function onMenu(state: PickupState, action: PickupActions['menu'], atMs: number): PickupStep {
  if (action === 'hang_up') return end(state, 'menu');
  if (action === 'talk') return stay({ ...memoryOf(state), phase: 'listening' });
  if (state.phase === 'in-menu') return stay(state);
  return { state: { ...memoryOf(state), phase: 'in-menu', sinceMs: atMs }, effects: [{ type: 'enter-menu' }] };
}
