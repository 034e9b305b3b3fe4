/**
 * Who speaks when, as a pure machine: `step(state, event, policy)` gives the next state and what to do about it.
 * Each utterance of the assistant has a number; a result that carries an old number changes nothing. There is one
 * timer at a time, and every phase but the last has it running, so no wait is without an end.
 */

import {
  onGoesOn,
  onInterrupted,
  onInterrupts,
  onKey,
  onMayHaveSaid,
  onPersonSaid,
  onPersonSpeaking,
  open,
} from './of-person.ts';
import { onReply, onReplyFailed, onSlowReply } from './of-reply.ts';
import { onTextPlayed, onVoiceStarted, spoken } from './of-voice.ts';
import {
  end,
  finish,
  followedBy,
  hush,
  listen,
  memoryOf,
  rememberKeys,
  speakOwn,
  stay,
  think,
  timed,
} from './turn-moves.ts';
import type { TurnPolicy } from './turn-policy.ts';
import type { In, TurnEnding, TurnEvent, TurnState, TurnStep } from './turn-state.ts';
import { goOn, hold, onEventWhileHeld } from './when-held.ts';
import { whatBreaksSilence } from './when-to-break-silence.ts';

/** The state before the carrier's socket has opened the conversation, and the timer that guards it. */
export function beginTurns(policy: TurnPolicy, firstUtterance = 1): TurnStep {
  const fresh = {
    utterance: firstUtterance - 1,
    timer: 0,
    nudges: 0,
    failures: 0,
    personSpeaking: false,
    opening: null,
    held: false,
  };
  return timed({ phase: 'connecting', ...fresh }, policy.connectingMs);
}

export function step(state: TurnState, event: TurnEvent, policy: TurnPolicy): TurnStep {
  if (state.phase === 'over') return stay(state);
  if (event.type === 'disconnected') return onDisconnected(state, event.clean);
  if (state.phase === 'ending') return onEventWhileEnding(state, event);
  const whileHeld = state.held ? onEventWhileHeld(state, event) : null;
  if (whileHeld) return whileHeld;
  switch (event.type) {
    case 'connected':
      return state.phase === 'connecting' ? onConnected(state, event, policy) : stay(state);
    case 'person-speaking':
      return onPersonSpeaking(state, event, policy);
    case 'person-said':
      return onPersonSaid({ ...state, personSpeaking: false }, event, policy);
    case 'person-may-have-said':
      return onMayHaveSaid(state, event.text, policy);
    case 'person-goes-on':
      return onGoesOn(state, policy);
    case 'person-interrupts':
      return onInterrupts(state, policy);
    case 'key-pressed':
      return onKey(state, event.digit, policy);
    case 'reply-started':
    case 'reply-ready':
    case 'reply-failed':
      return event.utterance === state.utterance ? onReply(state, event, policy) : stay(state);
    case 'played-out':
      return state.phase === 'speaking' && event.utterance === state.utterance ? spoken(state, policy) : stay(state);
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
    case 'answer-wanted':
    case 'hold':
    case 'go-on':
    case 'end-wanted':
      return onWish(state, event, policy);
    case 'timer':
      return event.timer === state.timer ? onTimer(state, event, policy) : stay(state);
  }
}

type Wish = Extract<TurnEvent, { type: 'say' | 'answer-wanted' | 'hold' | 'go-on' | 'end-wanted' }>;

/** What somebody wants of the assistant who is not on the line. */
function onWish(state: TurnState, event: Wish, policy: TurnPolicy): TurnStep {
  switch (event.type) {
    case 'say':
      if (state.phase === 'connecting') return stay(state);
      // Said in the place of a goodbye, it is the last that is said.
      return speakOwn(hush(state), { ...event, ending: endingOf(state) }, policy);
    case 'answer-wanted':
      return onAnswerWanted(state, policy);
    case 'hold':
      return hold(state, policy);
    case 'go-on':
      return goOn(state, event, policy);
    case 'end-wanted':
      return onEndWanted(state, event, policy);
  }
}

/** Who speaks already, or is about to end the call, is not stopped for it: what follows takes account of it anyway. */
function onAnswerWanted(state: TurnState, policy: TurnPolicy): TurnStep {
  const isPersons = state.phase === 'connecting' || state.phase === 'preparing' || state.personSpeaking;
  if (isPersons || state.held || endingOf(state) !== null) return stay(state);
  const hushed = hush(state);
  return followedBy(hushed.effects, think({ ...memoryOf(state), nudges: 0 }, policy));
}

type Connected = Extract<TurnEvent, { type: 'connected' }>;

function onConnected(state: TurnState, event: Connected, policy: TurnPolicy): TurnStep {
  const { greeting, resumed, atMs } = event;
  if (state.held) return listen(memoryOf(state), policy);
  if (event.personFirst && !resumed) {
    return timed({ ...memoryOf(state), opening: { text: greeting }, phase: 'listening', keys: '' }, policy.openingMs);
  }
  if (resumed && event.personWaits === false) return listen(memoryOf(state), policy);
  if (resumed && event.hearsAgain) {
    return timed(
      { ...memoryOf(state), opening: { text: greeting, owed: true }, phase: 'listening', keys: '' },
      policy.openingMs,
    );
  }
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

const endingOf = (state: TurnState) => (state.phase === 'speaking' ? (state.ready?.ending ?? null) : null);

type EndWanted = Extract<TurnEvent, { type: 'end-wanted' }>;

function onEndWanted(state: TurnState, event: EndWanted, policy: TurnPolicy): TurnStep {
  const hushed = hush(state);
  if (event.farewell === null || state.phase === 'connecting') {
    return followedBy(hushed.effects, end(state, event.ending, policy));
  }
  return speakOwn(hushed, { text: event.farewell, ending: event.ending, atMs: event.atMs }, policy);
}

type TimerFired = Extract<TurnEvent, { type: 'timer' }>;

function onTimer(state: TurnState, { atMs, isSounding = false }: TimerFired, policy: TurnPolicy): TurnStep {
  switch (state.phase) {
    case 'connecting':
      return end(state, { reason: 'connection_failed', by: 'server' }, policy);
    case 'thinking':
      return onSlowReply(state, atMs, policy);
    case 'preparing':
      return onGoesOn(state, policy);
    case 'speaking':
      // The time it should have taken was a guess.
      if (state.ready && isSounding) return timed(state, policy.playbackSlackMs);
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

function onQuiet(state: In<'listening'>, atMs: number, policy: TurnPolicy): TurnStep {
  if (state.keys !== '') {
    return followedBy(rememberKeys(state.keys), think(state, policy));
  }
  if (state.held) return end(state, { reason: 'silence', by: 'assistant' }, policy);
  if (state.opening) return open(stay(state), atMs, policy);
  const asked = { ...state, nudges: state.nudges + 1, personSpeaking: false };
  return speakOwn(stay(asked), { ...whatBreaksSilence(state.nudges, policy), atMs }, policy);
}
