/** What the turn machine does about the person: they speak, interrupt, finish, go on, press keys. */

import { onReply, type ReplyEvent } from './of-reply.ts';
import { end, followedBy, hush, listen, memoryOf, prepare, speakOwn, stay, think, timed } from './turn-moves.ts';
import type { TurnPolicy } from './turn-policy.ts';
import type { In, Memory, TurnEffect, TurnState, TurnStep } from './turn-state.ts';

type Said = { text: string; atMs: number };

type Speaking = { speaking: boolean; atMs: number };

export function onPersonSpeaking(state: TurnState, { speaking, atMs }: Speaking, policy: TurnPolicy): TurnStep {
  const changed = { ...state, personSpeaking: speaking };
  const waitsForPerson = state.phase === 'listening' && state.keys === '' && state.personSpeaking !== speaking;
  if (waitsForPerson && !speaking && state.opening?.owed) return open(stay(changed), atMs, policy);
  return waitsForPerson ? listen(changed, policy) : stay(changed);
}

export function onPersonSaid(state: TurnState, { text, atMs }: Said, policy: TurnPolicy): TurnStep {
  if (text.trim() === '') return state.phase === 'listening' && state.keys === '' ? listen(state, policy) : stay(state);
  if (state.phase === 'preparing') return usePrepared(state, { text, atMs }, policy);
  const hushed = hush(state);
  const remember: TurnEffect[] = [...hushed.effects, { type: 'remember-person', text }];
  if (state.opening) return open({ state, effects: remember }, atMs, policy);
  const ending = state.phase === 'speaking' ? (state.ready?.ending ?? null) : null;
  // The assistant had already decided to end and its last words were on the line.
  if (ending) return followedBy(remember, end(state, ending, policy));
  return followedBy(remember, think({ ...memoryOf(state), nudges: 0 }, policy));
}

/** The first words of an assistant that let the person speak first. */
export function open(before: TurnStep, atMs: number, policy: TurnPolicy): TurnStep {
  const text = before.state.opening?.text ?? null;
  const opened: TurnState = { ...before.state, opening: null, nudges: 0 };
  if (text === null) return followedBy(before.effects, think(opened, policy));
  return speakOwn({ state: opened, effects: before.effects }, { text, ending: null, atMs }, policy);
}

export function onMayHaveSaid(state: TurnState, text: string, policy: TurnPolicy): TurnStep {
  const mayPrepare = state.phase === 'listening' && state.keys === '' && state.opening === null && text.trim() !== '';
  return mayPrepare ? prepare(state, text, policy) : stay(state);
}

/** They had finished: what was prepared is used as far as it is. */
function usePrepared(state: In<'preparing'>, { text, atMs }: Said, policy: TurnPolicy): TurnStep {
  const { reply, utterance } = state;
  const remember: TurnEffect = { type: 'remember-person', text };
  const memory: Memory = { ...memoryOf(state), nudges: 0 };
  if (reply.state === 'failed') return followedBy([remember], think(memory, policy));
  const thinking = timed({ ...memory, phase: 'thinking', filled: false }, policy.fillerAfterMs);
  const used = followedBy([remember, { type: 'use-reply', utterance }], thinking);
  if (reply.state === 'asked') return used;
  const event: ReplyEvent =
    reply.state === 'started'
      ? { type: 'reply-started', utterance, atMs }
      : { type: 'reply-ready', utterance, atMs, characters: reply.characters, ending: reply.ending };
  return followedBy(used.effects, onReply(used.state, event, policy));
}

export function onGoesOn(state: TurnState, policy: TurnPolicy): TurnStep {
  if (state.phase === 'speaking' && state.ready?.ending) return stay(state);
  if (state.phase !== 'preparing' && state.phase !== 'thinking' && state.phase !== 'speaking') return stay(state);
  const hushed = hush(state);
  return followedBy(hushed.effects, listen({ ...memoryOf(state), personSpeaking: true, nudges: 0 }, policy));
}

export function onInterrupts(state: TurnState, policy: TurnPolicy): TurnStep {
  if (state.phase !== 'speaking' && state.phase !== 'thinking') return stay(state);
  const hushed = hush(state);
  const ending = state.phase === 'speaking' ? state.ready?.ending : null;
  if (ending) return followedBy(hushed.effects, end(state, ending, policy));
  return followedBy(hushed.effects, listen({ ...memoryOf(state), nudges: 0 }, policy));
}

export function onInterrupted(state: TurnState, heardText: string, policy: TurnPolicy): TurnStep {
  if (state.phase === 'connecting') return stay(state);
  const { utterance } = state;
  const heard: TurnEffect = { type: 'heard', utterance, heard: { text: heardText } };
  // Our estimate said that it had been spoken; the carrier knows better.
  if (state.phase === 'listening') return { state, effects: [heard] };
  const cancels = state.phase === 'thinking' || (state.phase === 'speaking' && !state.ready);
  const effects: TurnEffect[] = cancels ? [{ type: 'cancel-reply', utterance }] : [];
  if (state.phase === 'speaking' || (state.phase === 'thinking' && state.filled)) effects.push(heard);
  const ending = state.phase === 'speaking' ? state.ready?.ending : null;
  if (ending) return followedBy(effects, end(state, ending, policy));
  return followedBy(effects, listen({ ...memoryOf(state), nudges: 0 }, policy));
}

export function onKey(state: TurnState, digit: string, policy: TurnPolicy): TurnStep {
  const goesOn = state.phase === 'listening';
  const hushed = goesOn ? stay(state) : hush(state);
  const keys = goesOn ? state.keys + digit : digit;
  const listening: TurnState = { ...memoryOf(state), nudges: 0, phase: 'listening', keys };
  return followedBy(hushed.effects, timed(listening, policy.keysMs));
}
