/** What is done about a mailbox: nothing, hanging up, or leaving the message once its greeting is over. */
import { isByMereSound } from './evidence.ts';
import { end, followedBy, memoryOf, say, stay } from './pickup-moves.ts';
import type { In, PickupActions, PickupEffect, PickupState, PickupStep } from './pickup-state.ts';

export function onVoicemail(state: PickupState, action: PickupActions['voicemail'], atMs: number): PickupStep {
  if (action === 'talk') return stay({ ...memoryOf(state), phase: 'listening' });
  // It may yet be a person, a screener or a menu: their next words tell, or the end of the greeting does.
  const isGuess = state.verdict !== null && isByMereSound(state.verdict);
  if (action !== 'leave_message' && !isGuess) return end(state, 'voicemail');
  if (state.message !== 'none') return end(state, 'voicemail');
  const waiting: In<'awaiting-end'> = { ...memoryOf(state), phase: 'awaiting-end', sinceMs: atMs };
  return followedBy([{ type: 'hold' }], state.mayRecord ? greetingOver(waiting, action, atMs) : stay(waiting));
}

/** It records now, as far as one can tell. */
export function greetingOver(state: In<'awaiting-end'>, action: PickupActions['voicemail'], atMs: number): PickupStep {
  if (action !== 'leave_message') return end(state, 'voicemail');
  return {
    state: { ...memoryOf(state), phase: 'leaving', sinceMs: atMs, allowed: null, restarted: false },
    effects: [{ type: 'claim-message' }],
  };
}

export function onMessageAllowed(state: PickupState, allowed: boolean): PickupStep {
  if (state.phase !== 'leaving' || state.allowed !== null) return stay(state);
  if (!allowed) return end(state, 'voicemail');
  return say({ ...state, allowed: true }, 'message');
}

/** Begun in a pause of the greeting, it is begun again at the tone: nothing of it was recorded before. */
export function onToneOverMessage(state: In<'leaving'>): PickupStep {
  if (!state.allowed || state.restarted) return stay(state);
  return say({ ...state, restarted: true }, 'message');
}

export function onMessageSpoken(state: In<'leaving'>, whole: boolean): PickupStep {
  const message = whole ? 'left' : 'cut_off';
  const told: PickupEffect[] = [{ type: 'tell-message', state: message }];
  return followedBy(told, end({ ...state, message }, whole ? 'message_left' : 'voicemail'));
}
