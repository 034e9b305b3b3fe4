/** What the turn machine does about replies: they begin, are ready, fail, are slow. */

import { spoken } from './of-voice.ts';
import { followedBy, memoryOf, playbackMs, speakOwn, stay, think, timed } from './turn-moves.ts';
import type { TurnPolicy } from './turn-policy.ts';
import type { In, Prepared, TurnEffect, TurnEvent, TurnState, TurnStep } from './turn-state.ts';
import { afterFailure } from './when-to-give-up.ts';

export type ReplyEvent = Extract<TurnEvent, { type: 'reply-started' | 'reply-ready' | 'reply-failed' }>;

export function onReply(state: TurnState, event: ReplyEvent, policy: TurnPolicy): TurnStep {
  if (state.phase === 'preparing') return stay({ ...state, reply: toPrepared(event) });
  if (event.type === 'reply-failed') return onReplyFailed(state, event, policy);
  if (event.type === 'reply-started') return onReplyStarted(state, event.atMs, policy);
  const started = state.phase === 'thinking' ? onReplyStarted(state, event.atMs, policy) : stay(state);
  if (started.state.phase !== 'speaking' || started.state.ready) return stay(state);
  const { characters, ending } = event;
  const speaking: In<'speaking'> = { ...started.state, ready: { characters, ending }, failures: 0 };
  if (characters === 0 && ending) {
    const text = ending.reason === 'transferring' ? policy.connecting : policy.goodbye;
    return speakOwn(stay(started.state), { text, ending, atMs: event.atMs }, policy);
  }
  if (characters === 0) return spoken(speaking, policy);
  const spentMs = event.atMs - speaking.startedAtMs;
  return timed(speaking, Math.max(playbackMs(characters, policy) - spentMs, policy.playbackSlackMs));
}

function toPrepared(event: ReplyEvent): Prepared {
  if (event.type === 'reply-ready') return { state: 'ready', characters: event.characters, ending: event.ending };
  return { state: event.type === 'reply-started' ? 'started' : 'failed' };
}

function onReplyStarted(state: TurnState, atMs: number, policy: TurnPolicy): TurnStep {
  if (state.phase !== 'thinking') return stay(state);
  return timed(
    { ...memoryOf(state), phase: 'speaking', startedAtMs: atMs, ready: null, playedCharacters: 0 },
    policy.thinkingMs,
  );
}

export function onReplyFailed(
  state: TurnState,
  event: { retryable: boolean; atMs: number },
  policy: TurnPolicy,
): TurnStep {
  if (state.phase !== 'thinking' && !(state.phase === 'speaking' && !state.ready)) return stay(state);
  const failures = state.failures + 1;
  const failed: TurnState = { ...state, failures };
  const unsaid = state.phase === 'thinking' && !state.filled;
  const next = afterFailure({ failures, retryable: event.retryable, unsaid }, policy);
  if (next.type === 'ask-again') return think(failed, policy);
  const heard: TurnEffect[] = unsaid ? [] : [{ type: 'heard', utterance: state.utterance, heard: 'as-played' }];
  return speakOwn({ state: failed, effects: heard }, { ...next, atMs: event.atMs }, policy);
}

export function onSlowReply(state: In<'thinking'>, atMs: number, policy: TurnPolicy): TurnStep {
  const { utterance } = state;
  if (!state.filled) {
    const filler: TurnEffect[] = [{ type: 'fill', utterance, text: policy.filler }];
    return followedBy(filler, timed({ ...state, filled: true }, policy.thinkingMs));
  }
  return followedBy([{ type: 'cancel-reply', utterance }], onReplyFailed(state, { retryable: false, atMs }, policy));
}
