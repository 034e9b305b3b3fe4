/** The moves from one phase of a conversation to another that several events share. */
import type { TurnPolicy } from './turn-policy.ts';
import type { Memory, TurnEffect, TurnEnding, TurnState, TurnStep } from './turn-state.ts';

export const stay = (state: TurnState): TurnStep => ({ state, effects: [] });

export const memoryOf = ({ utterance, timer, nudges, failures, personSpeaking, opening, held }: Memory): Memory => ({
  utterance,
  timer,
  nudges,
  failures,
  personSpeaking,
  opening,
  held,
});

/** The state with a new timer number, and the effect that starts that timer. */
export function timed(state: TurnState, ms: number): TurnStep {
  const timer = state.timer + 1;
  return { state: { ...state, timer }, effects: [{ type: 'set-timer', timer, ms }] };
}

export function followedBy(first: TurnEffect[], next: TurnStep): TurnStep {
  return { state: next.state, effects: [...first, ...next.effects] };
}

export function listen(memory: Memory, policy: TurnPolicy): TurnStep {
  if (memory.held) return timed({ ...memoryOf(memory), phase: 'listening', keys: '' }, policy.heldMs);
  const quietMs = memory.personSpeaking ? policy.personSpeakingMs : policy.silenceMs;
  return timed({ ...memoryOf(memory), phase: 'listening', keys: '' }, quietMs);
}

export function think(memory: Memory, policy: TurnPolicy): TurnStep {
  const utterance = memory.utterance + 1;
  const asked = timed({ ...memoryOf(memory), utterance, phase: 'thinking', filled: false }, policy.fillerAfterMs);
  return followedBy([{ type: 'ask-reply', utterance }], asked);
}

/** Asks for a reply to what the person may have finished saying. */
export function prepare(memory: Memory, text: string, policy: TurnPolicy): TurnStep {
  const utterance = memory.utterance + 1;
  const preparing: TurnState = { ...memoryOf(memory), utterance, phase: 'preparing', reply: { state: 'asked' } };
  return followedBy([{ type: 'prepare-reply', utterance, text }], timed(preparing, policy.preparingMs));
}

/** Keys that were pressed are the person's answer, or the beginning of one. */
export const rememberKeys = (keys: string): TurnEffect[] =>
  keys === '' ? [] : [{ type: 'remember-person', text: `[pressed ${keys}]` }];

/** Stops whatever the assistant is about to say or saying; what was played of it is what was heard. */
export function hush(state: TurnState): TurnStep {
  const { utterance } = state;
  if (state.phase === 'listening') return { state, effects: rememberKeys(state.keys) };
  if (state.phase === 'preparing') return { state, effects: [{ type: 'cancel-reply', utterance }] };
  if (state.phase === 'thinking') {
    const effects: TurnEffect[] = [{ type: 'cancel-reply', utterance }];
    if (state.filled) effects.push({ type: 'heard', utterance, heard: 'as-played' });
    return { state, effects };
  }
  if (state.phase !== 'speaking') return stay(state);
  const effects: TurnEffect[] = state.ready ? [] : [{ type: 'cancel-reply', utterance }];
  return { state, effects: [...effects, { type: 'heard', utterance, heard: 'as-played' }] };
}

/** Says words of our own as a new utterance. */
export function speakOwn(
  before: TurnStep,
  own: { text: string; ending: TurnEnding | null; atMs: number; saying?: number | undefined },
  policy: TurnPolicy,
): TurnStep {
  const utterance = before.state.utterance + 1;
  const { text, ending, atMs, saying } = own;
  const speaking: TurnState = {
    ...memoryOf(before.state),
    utterance,
    phase: 'speaking',
    startedAtMs: atMs,
    ready: { characters: text.length, ending },
    playedCharacters: 0,
  };
  const timerMs = playbackMs(text.length, policy);
  const speak: TurnEffect = { type: 'speak', utterance, text, ...(saying === undefined ? {} : { saying }) };
  return followedBy([...before.effects, speak], timed(speaking, timerMs));
}

export const playbackMs = (characters: number, policy: TurnPolicy) =>
  Math.ceil((characters * 1000) / policy.charactersPerSecond) + policy.playbackSlackMs;

export function end(memory: Memory, ending: TurnEnding, policy: TurnPolicy): TurnStep {
  return followedBy(
    [{ type: 'end-session', ending }],
    timed({ ...memoryOf(memory), phase: 'ending', ending }, policy.endingMs),
  );
}

export function finish(state: TurnState, ending: TurnEnding): TurnStep {
  return {
    state: { ...memoryOf(state), phase: 'over', ending },
    effects: [{ type: 'clear-timer' }, { type: 'finish', ending }],
  };
}
