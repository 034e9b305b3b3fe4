/** What is done about a phone menu: it is hung up on, or talked to, by a tool that presses keys where there is one. */
import { end, memoryOf, stay } from './pickup-moves.ts';
import type { PickupActions, PickupState, PickupStep } from './pickup-state.ts';

export function onMenu(state: PickupState, action: PickupActions['menu']): PickupStep {
  return action === 'hang_up' ? end(state, 'menu') : stay({ ...memoryOf(state), phase: 'listening' });
}
