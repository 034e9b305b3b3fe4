/**
 * Who speaks when, as a pure machine: `step(state, event, policy)` gives the next state and what to do about it.
 * Each utterance of the assistant has a number; a result that carries an old number changes nothing. There is one
 * timer at a time, and every phase but the last has it running, so no wait is without an end.
 */
import {
  end,
  finish,
  followedBy,
  hush,
  listen,
  memoryOf,
  playbackMs,
  speakOwn,
  stay,
  think,
  timed,
} from './turn-moves.ts';
import type { TurnPolicy } from './turn-policy.ts';
import type { In, TurnEffect, TurnEnding, TurnEvent, TurnState, TurnStep } from './turn-state.ts';

/** The state before the carrier's socket has opened the conversation, and the timer that guards it. */
export function beginTurns(policy: TurnPolicy): TurnStep {
  const fresh = { utterance: 0, timer: 0, nudges: 0, failures: 0, personSpeaking: false };
  return timed({ phase: 'connecting', ...fresh }, policy.connectingMs);
}

export function step(state: TurnState, event: TurnEvent, policy: TurnPolicy): TurnStep {
  if (state.phase === 'over') return stay(state);
  if (event.type === 'disconnected') return onDisconnected(state, event.clean);
  if (state.phase === 'ending') return onEventWhileEnding(state, event);
  switch (event.type) {
    case 'connected':
      return state.phase === 'connecting' ? onConnected(state, event, policy) : stay(state);
    case 'person-speaking':
      return onPersonSpeaking(state, event.speaking, policy);
    case 'person-said':
      return onPersonSaid({ ...state, personSpeaking: false }, event.text, policy);
    case 'key-pressed':
      return onKey(state, event.digit, policy);
    case 'reply-started':
    case 'reply-ready':
    case 'reply-failed':
      return event.utterance === state.utterance ? onReply(state, event, policy) : stay(state);
    case 'text-played':
      return onTextPlayed(state, event.characters, policy);
    case 'voice-started':
      return onVoiceStarted(state, policy);
    case 'voice-stopped':
      // Either all was spoken, or word of an interruption is on its way.
      return state.phase === 'speaking' && state.ready ? timed(state, policy.settleMs) : stay(state);
    case 'interrupted':
      return onInterrupted(state, event.heardText, policy);
    case 'say':
      if (state.phase === 'connecting') return stay(state);
      return speakOwn(hush(state), { text: event.text, ending: null, atMs: event.atMs }, policy);
    case 'end-wanted':
      return onEndWanted(state, event, policy);
    case 'timer':
      return event.timer === state.timer ? onTimer(state, event.atMs, policy) : stay(state);
  }
}

type Connected = Extract<TurnEvent, { type: 'connected' }>;

function onConnected(state: TurnState, { greeting, resumed, atMs }: Connected, policy: TurnPolicy): TurnStep {
  if (greeting !== null) return speakOwn(stay(state), { text: greeting, ending: null, atMs }, policy);
  // A call that was cut off by us goes on where it stood: the person may be waiting for an answer.
  return think(resumed ? { ...memoryOf(state), nudges: 0 } : state, policy);
}

function onDisconnected(state: TurnState, clean: boolean): TurnStep {
  if (state.phase === 'ending') return finish(state, state.ending);
  const ending: TurnEnding = clean
    ? { reason: 'person_hung_up', by: 'person' }
    : { reason: 'connection_failed', by: 'carrier' };
  const hushed = hush(state);
  return followedBy(hushed.effects, finish(hushed.state, ending));
}

function onEventWhileEnding(state: In<'ending'>, event: TurnEvent): TurnStep {
  if (event.type === 'person-said') return { state, effects: [{ type: 'remember-person', text: event.text }] };
  if (event.type === 'timer' && event.timer === state.timer) return finish(state, state.ending);
  return stay(state);
}

function onPersonSpeaking(state: TurnState, speaking: boolean, policy: TurnPolicy): TurnStep {
  const changed = { ...state, personSpeaking: speaking };
  const waitsForPerson = state.phase === 'listening' && state.keys === '' && state.personSpeaking !== speaking;
  return waitsForPerson ? listen(changed, policy) : stay(changed);
}

function onPersonSaid(state: TurnState, text: string, policy: TurnPolicy): TurnStep {
  if (text.trim() === '') return state.phase === 'listening' && state.keys === '' ? listen(state, policy) : stay(state);
  const hushed = hush(state);
  const remember: TurnEffect[] = [...hushed.effects, { type: 'remember-person', text }];
  const ending = state.phase === 'speaking' ? (state.ready?.ending ?? null) : null;
  // The assistant had already decided to end and its last words were on the line.
  if (ending) return followedBy(remember, end(state, ending, policy));
  return followedBy(remember, think({ ...memoryOf(state), nudges: 0 }, policy));
}

function onKey(state: TurnState, digit: string, policy: TurnPolicy): TurnStep {
  const hushed = hush(state);
  const keys = state.phase === 'listening' ? state.keys + digit : digit;
  const listening: TurnState = { ...memoryOf(state), nudges: 0, phase: 'listening', keys };
  return followedBy(hushed.effects, timed(listening, policy.keysMs));
}

type ReplyEvent = Extract<TurnEvent, { type: 'reply-started' | 'reply-ready' | 'reply-failed' }>;

function onReply(state: TurnState, event: ReplyEvent, policy: TurnPolicy): TurnStep {
  if (event.type === 'reply-failed') return onReplyFailed(state, event, policy);
  if (event.type === 'reply-started') return onReplyStarted(state, event.atMs, policy);
  const started = state.phase === 'thinking' ? onReplyStarted(state, event.atMs, policy) : stay(state);
  if (started.state.phase !== 'speaking' || started.state.ready) return stay(state);
  const { characters, ending } = event;
  const speaking: In<'speaking'> = { ...started.state, ready: { characters, ending }, failures: 0 };
  if (characters === 0 && ending) {
    return speakOwn(stay(started.state), { text: policy.goodbye, ending, atMs: event.atMs }, policy);
  }
  if (characters === 0) return spoken(speaking, policy);
  const spentMs = event.atMs - speaking.startedAtMs;
  return timed(speaking, Math.max(playbackMs(characters, policy) - spentMs, policy.playbackSlackMs));
}

function onReplyStarted(state: TurnState, atMs: number, policy: TurnPolicy): TurnStep {
  if (state.phase !== 'thinking') return stay(state);
  return timed(
    { ...memoryOf(state), phase: 'speaking', startedAtMs: atMs, ready: null, playedCharacters: 0 },
    policy.thinkingMs,
  );
}

function onReplyFailed(state: TurnState, event: { retryable: boolean; atMs: number }, policy: TurnPolicy): TurnStep {
  if (state.phase !== 'thinking' && !(state.phase === 'speaking' && !state.ready)) return stay(state);
  const failures = state.failures + 1;
  const failed: TurnState = { ...state, failures };
  const unsaid = state.phase === 'thinking' && !state.filled;
  if (failures < policy.maxFailures && unsaid && event.retryable) return think(failed, policy);
  const heard: TurnEffect[] = unsaid ? [] : [{ type: 'heard', utterance: state.utterance, heard: 'as-played' }];
  const isLast = failures >= policy.maxFailures;
  const ending: TurnEnding | null = isLast ? { reason: 'assistant_failed', by: 'server' } : null;
  const text = isLast ? policy.apology : policy.lostThread;
  return speakOwn({ state: failed, effects: heard }, { text, ending, atMs: event.atMs }, policy);
}

/** It goes on after a pause that looked like its end. */
function onVoiceStarted(state: TurnState, policy: TurnPolicy): TurnStep {
  if (state.phase !== 'speaking' || !state.ready) return stay(state);
  return timed(state, playbackMs(Math.max(state.ready.characters - state.playedCharacters, 0), policy));
}

function onTextPlayed(state: TurnState, characters: number, policy: TurnPolicy): TurnStep {
  if (state.phase !== 'speaking') return stay(state);
  const speaking = { ...state, playedCharacters: state.playedCharacters + characters };
  const allPlayed = speaking.ready !== null && speaking.playedCharacters >= speaking.ready.characters;
  return allPlayed ? spoken(speaking, policy) : stay(speaking);
}

/** The utterance was spoken to its end. */
function spoken(state: In<'speaking'>, policy: TurnPolicy): TurnStep {
  const heard: TurnEffect[] = [{ type: 'heard', utterance: state.utterance, heard: 'all' }];
  const ending = state.ready?.ending;
  return followedBy(heard, ending ? end(state, ending, policy) : listen(state, policy));
}

function onInterrupted(state: TurnState, heardText: string, policy: TurnPolicy): TurnStep {
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

type EndWanted = Extract<TurnEvent, { type: 'end-wanted' }>;

function onEndWanted(state: TurnState, event: EndWanted, policy: TurnPolicy): TurnStep {
  const hushed = hush(state);
  if (event.farewell === null || state.phase === 'connecting') {
    return followedBy(hushed.effects, end(state, event.ending, policy));
  }
  return speakOwn(hushed, { text: event.farewell, ending: event.ending, atMs: event.atMs }, policy);
}

function onTimer(state: TurnState, atMs: number, policy: TurnPolicy): TurnStep {
  switch (state.phase) {
    case 'connecting':
      return end(state, { reason: 'connection_failed', by: 'server' }, policy);
    case 'thinking':
      return onSlowReply(state, atMs, policy);
    case 'speaking':
      if (state.ready) return spoken(state, policy);
      return followedBy(
        [{ type: 'cancel-reply', utterance: state.utterance }],
        onReplyFailed(state, { retryable: false, atMs }, policy),
      );
    case 'listening':
      return onQuiet(state, atMs, policy);
    default:
      return stay(state);
  }
}

function onSlowReply(state: In<'thinking'>, atMs: number, policy: TurnPolicy): TurnStep {
  const { utterance } = state;
  if (!state.filled) {
    const filler: TurnEffect[] = [{ type: 'fill', utterance, text: policy.filler }];
    return followedBy(filler, timed({ ...state, filled: true }, policy.thinkingMs));
  }
  return followedBy([{ type: 'cancel-reply', utterance }], onReplyFailed(state, { retryable: false, atMs }, policy));
}

function onQuiet(state: In<'listening'>, atMs: number, policy: TurnPolicy): TurnStep {
  if (state.keys !== '') {
    return followedBy([{ type: 'remember-person', text: `[pressed ${state.keys}]` }], think(state, policy));
  }
  const nudge = policy.nudges[state.nudges];
  if (nudge === undefined) {
    const ending: TurnEnding = { reason: 'silence', by: 'assistant' };
    return speakOwn(stay(state), { text: policy.goodbyeAfterSilence, ending, atMs }, policy);
  }
  const nudged = { ...state, nudges: state.nudges + 1, personSpeaking: false };
  return speakOwn(stay(nudged), { text: nudge, ending: null, atMs }, policy);
}
