/** What the turn machine does about the assistant's voice: how far it is, and that it is done. */
import { end, followedBy, listen, playbackMs, stay, timed } from './turn-moves.ts';
import type { TurnPolicy } from './turn-policy.ts';
import type { In, TurnEffect, TurnState, TurnStep } from './turn-state.ts';

/** It goes on after a pause that looked like its end. */
export function onVoiceStarted(state: TurnState, policy: TurnPolicy): TurnStep {
  if (state.phase !== 'speaking' || !state.ready) return stay(state);
  return timed(state, playbackMs(Math.max(state.ready.characters - state.playedCharacters, 0), policy));
}

export function onTextPlayed(state: TurnState, characters: number, policy: TurnPolicy): TurnStep {
  if (state.phase !== 'speaking') return stay(state);
  const speaking = { ...state, playedCharacters: state.playedCharacters + characters };
  const allPlayed = speaking.ready !== null && speaking.playedCharacters >= speaking.ready.characters;
  return allPlayed ? spoken(speaking, policy) : stay(speaking);
}

/** The utterance was spoken to its end. */
export function spoken(state: In<'speaking'>, policy: TurnPolicy): TurnStep {
  const heard: TurnEffect[] = [{ type: 'heard', utterance: state.utterance, heard: 'all' }];
  const ending = state.ready?.ending;
  return followedBy(heard, ending ? end(state, ending, policy) : listen(state, policy));
}
