/** How the assistant is kept silent while a machine is listening, and how it takes the talk up again. */
import { followedBy, hush, listen, memoryOf, speakOwn, stay, think, timed } from './turn-moves.ts';
import type { TurnPolicy } from './turn-policy.ts';
import type { TurnEvent, TurnState, TurnStep } from './turn-state.ts';

export function hold(state: TurnState, policy: TurnPolicy): TurnStep {
  // Whoever holds it is still there.
  if (state.held) return state.phase === 'listening' ? timed(state, policy.heldMs) : stay(state);
  if (state.phase === 'connecting') return stay({ ...state, held: true });
  // Its last words are on the line already.
  if (state.phase === 'speaking' && state.ready?.ending) return stay(state);
  const hushed = hush(state);
  return followedBy(hushed.effects, listen({ ...memoryOf(state), held: true }, policy));
}

type GoOn = Extract<TurnEvent, { type: 'go-on' }>;

export function goOn(state: TurnState, { greeting, atMs }: GoOn, policy: TurnPolicy): TurnStep {
  if (!state.held) return stay(state);
  const free: TurnState = { ...state, held: false, opening: null, nudges: 0 };
  // The greeting is said when the line is there.
  if (state.phase === 'connecting') return stay({ ...free, opening: state.opening });
  const hushed = hush(free);
  if (greeting === null) return followedBy(hushed.effects, think({ ...memoryOf(free), held: false }, policy));
  return speakOwn({ ...hushed, state: free }, { text: greeting, ending: null, atMs }, policy);
}

/** Null for what is the same as ever. */
export function onEventWhileHeld(state: TurnState, event: TurnEvent): TurnStep | null {
  switch (event.type) {
    case 'person-said':
      if (event.text.trim() === '') return stay(state);
      return { state: { ...state, personSpeaking: false }, effects: [{ type: 'remember-person', text: event.text }] };
    case 'person-speaking':
      return stay({ ...state, personSpeaking: event.speaking });
    case 'interrupted':
      // Only what was said before can have been interrupted; how much of it was heard is worth knowing.
      if (state.phase !== 'listening') return stay(state);
      return { state, effects: [{ type: 'heard', utterance: state.utterance, heard: { text: event.heardText } }] };
    case 'person-may-have-said':
    case 'person-goes-on':
    case 'person-interrupts':
    case 'key-pressed':
      return stay(state);
    default:
      return null;
  }
}
