/**
 * What we decide in a conversation that a vendor's agent holds, as a pure machine: when the agent counts as dead, when
 * the silence is broken, and how the call ends. There is one timer at a time, and every phase but the last two has it
 * running, so no wait is without an end.
 */
import { unreachable } from '../../../base/unreachable.ts';
import type { TurnEnding } from '../turn/turn-state.ts';
import {
  type At,
  checkEars,
  fail,
  failToJoin,
  finish,
  followedBy,
  leave,
  listen,
  memoryOf,
  owe,
  oweFromNow,
  sayGoodbye,
  speak,
  stay,
  timed,
} from './bridge-moves.ts';
import type { BridgeEvent, BridgePolicy, BridgeState, BridgeStep, In } from './bridge-state.ts';
import { onTimer } from './bridge-timers.ts';
import { hold, onEventWhileHeld } from './when-held.ts';

/** The state before the agent is there, and the timer that guards it. */
export function beginBridge(start: { personFirst: boolean; hearsAgain: boolean }, policy: BridgePolicy): BridgeStep {
  return timed(
    {
      phase: 'joining',
      personFirst: start.personFirst,
      hearsAgain: start.hearsAgain,
      timer: 0,
      personSpeaking: false,
      transcriptsDue: 0,
      nudges: 0,
      unanswered: 0,
      tools: false,
      spoke: false,
      owes: 'nothing',
      filled: false,
      toldSinceVoice: true,
    },
    policy.joinMs,
  );
}

const signsOfLife = new Set<BridgeEvent['type']>([
  'ready',
  'alive',
  'reply-began',
  'reply-empty',
  'interrupted',
  'person-speaking',
  'person-said',
  'tools-called',
]);

export function stepBridge(before: BridgeState, event: BridgeEvent, policy: BridgePolicy): BridgeStep {
  if (before.phase === 'over' || before.phase === 'failed') return stay(before);
  const at: At = { event, policy };
  const isNews = signsOfLife.has(event.type) && !before.toldSinceVoice;
  const state = isNews ? { ...before, toldSinceVoice: true } : before;
  const whileHeld = state.phase === 'held' ? onEventWhileHeld(state, event, at) : null;
  if (whileHeld) return whileHeld;
  switch (event.type) {
    case 'disconnected':
      return onDisconnected(state, event.clean);
    case 'timer':
      return event.timer === state.timer ? onTimer(state, at) : stay(state);
    case 'end-wanted':
      return onEndWanted(state, event, at);
    case 'agent-ended':
      return onAgentEnded(state, at);
    case 'agent-failed':
      return onAgentFailed(state, at);
    case 'asked':
      return onAsked(state, event.took, at);
    default:
      return state.phase === 'leaving' || state.phase === 'failing'
        ? onEventAtTheEnd(state, event, at)
        : onTalk(state, event, at);
  }
}

type Ended = In<'leaving'> | In<'failing'>;
type Talking = Exclude<BridgeState, Ended | In<'over'> | In<'failed'>>;
type TalkEvent = Exclude<
  BridgeEvent,
  { type: 'disconnected' | 'timer' | 'end-wanted' | 'agent-ended' | 'agent-failed' | 'asked' }
>;

function onTalk(state: Talking, event: TalkEvent, at: At): BridgeStep {
  switch (event.type) {
    case 'ready':
      if (state.phase !== 'joining') return stay(state);
      if (state.hearsAgain) return checkEars(state, at, at.policy.deafMs);
      return state.personFirst ? listen(state, at) : owe(state, at);
    case 'alive':
      return state.phase === 'waiting' && state.doubt === 'alive-settles' ? listen(state, at) : stay(state);
    case 'reply-began':
      return speak(state, at);
    case 'reply-empty':
      return state.phase === 'waiting' && !state.tools ? listen(state, at) : stay(state);
    case 'spoken':
      return state.phase === 'speaking' ? onSpoken(state, at) : stay(state);
    case 'interrupted':
      return onInterrupted(state, at);
    case 'person-speaking':
      return onPersonSpeaking(state, event.speaking, at);
    case 'person-said':
      return onPersonSaid(state, event.text, at);
    case 'voice':
      return onVoice(state, event, at);
    case 'keys':
      return followedBy(
        [{ type: 'cut' }, { type: 'tell-keys', digits: event.digits }],
        oweFromNow({ ...state, nudges: 0, unanswered: 0, spoke: false }, at),
      );
    case 'tools-called':
      if (state.phase === 'listening') return owe({ ...state, tools: true }, at);
      return stay({ ...state, tools: true });
    case 'tools-done':
      return onToolsDone({ ...state, tools: false }, event.ending, at);
    case 'say':
      return followedBy([{ type: 'cut' }], oweFromNow(state, at));
    case 'hold':
      return hold(state, at);
    case 'go-on':
      return stay(state);
    default:
      return unreachable(event);
  }
}

function onEventAtTheEnd(state: Ended, event: TalkEvent, at: At): BridgeStep {
  if (state.phase === 'failing') {
    if (event.type === 'spoken' || (event.type === 'voice' && event.active)) return fail(state, state.personWaits);
    return stay(state);
  }
  if (event.type === 'reply-began') return leave(state, at, { ending: state.ending, awaited: false });
  if (event.type === 'spoken' && !state.awaited) return finish(state, state.ending);
  if (event.type === 'reply-empty' && state.awaited) return finish(state, state.ending);
  if (event.type === 'interrupted') return followedBy([{ type: 'cut' }], finish(state, state.ending));
  return stay(state);
}

function onSpoken(state: In<'speaking'>, at: At): BridgeStep {
  const spoken = { ...state, unanswered: state.unanswered + 1 };
  if (spoken.unanswered >= at.policy.mostUnanswered) return sayGoodbye(spoken, at);
  if (state.tools || state.owes === 'reply') return owe(spoken, at);
  if (state.owes === 'perhaps') return owe(spoken, at, 'alive-settles');
  return listen(spoken, at);
}

function onInterrupted(state: Talking, at: At): BridgeStep {
  if (state.phase === 'joining') return stay(state);
  const heard = { ...state, nudges: 0, unanswered: 0, spoke: false };
  const owes = state.phase === 'speaking' && state.owes !== 'nothing';
  return followedBy([{ type: 'cut' }], owes ? owe(heard, at, 'alive-settles') : listen(heard, at));
}

function onPersonSpeaking(state: Talking, speaking: boolean, at: At): BridgeStep {
  if (state.phase === 'joining' || speaking === state.personSpeaking) return stay(state);
  if (speaking) {
    const spokenTo = { ...state, personSpeaking: true, spoke: false };
    return state.phase === 'speaking' ? stay(spokenTo) : listen(spokenTo, at);
  }
  const done = { ...state, personSpeaking: false, transcriptsDue: state.transcriptsDue + 1 };
  return state.phase === 'speaking' ? stay({ ...done, owes: 'reply' }) : owe(done, at);
}

function onPersonSaid(state: Talking, text: string, at: At): BridgeStep {
  const heard: Talking = text.trim() === '' ? state : { ...state, nudges: 0, unanswered: 0 };
  // A vendor that tells when they speak has said already that it is the agent's turn; the words only come late.
  if (state.transcriptsDue > 0) return stay({ ...heard, transcriptsDue: state.transcriptsDue - 1 });
  if (text.trim() === '' || state.phase === 'joining') return stay(heard);
  if (state.phase === 'speaking') return stay({ ...heard, owes: 'perhaps' });
  return owe({ ...heard, spoke: false }, at);
}

/** The vendor owes a sign that it has heard what we have heard. */
function onVoice(state: Talking, voice: { active: boolean; voiceMs: number }, { policy }: At): BridgeStep {
  if (voice.active) return stay(state);
  const unheard = { ...state, toldSinceVoice: false };
  if (state.phase !== 'listening' || voice.voiceMs < policy.speechMs) return stay(unheard);
  const patienceMs = state.personSpeaking ? policy.deafWhileSpokenToMs : policy.deafMs;
  return timed({ ...unheard, phase: 'listening', sinceMs: state.sinceMs, checksEars: true }, patienceMs);
}

function onToolsDone(state: Talking, ending: TurnEnding | null, at: At): BridgeStep {
  if (ending) {
    if (state.phase === 'speaking') return leave(state, at, { ending, awaited: false });
    if (state.spoke) return finish(state, ending);
    const text = ending.reason === 'transferring' ? at.policy.connecting : at.policy.goodbye;
    return followedBy([{ type: 'ask-goodbye', text }], leave(state, at, { ending, awaited: true }));
  }
  if (state.phase === 'joining') return stay(state);
  const next = state.phase === 'speaking' ? stay({ ...state, owes: 'reply' }) : owe(state, at);
  return followedBy([{ type: 'answer-tools' }], next);
}

function onAsked(state: BridgeState, took: boolean, at: At): BridgeStep {
  if (state.phase === 'leaving') {
    if (!took) return followedBy([{ type: 'cut' }], finish(state, state.ending));
    return followedBy([{ type: 'cut' }], stay(state));
  }
  if (state.phase !== 'waiting' || took) return stay(state);
  return state.doubt === 'nudged' ? listen(state, at) : stay({ ...state, doubt: 'alive-settles' });
}

type EndWanted = Extract<BridgeEvent, { type: 'end-wanted' }>;

function onEndWanted(state: BridgeState, { ending, farewell }: EndWanted, at: At): BridgeStep {
  if (state.phase === 'leaving' && farewell !== null) return stay(state);
  const cannotSpeak = state.phase === 'joining' || state.phase === 'failing';
  if (farewell === null || cannotSpeak) return followedBy([{ type: 'cut' }], finish(state, ending));
  return followedBy([{ type: 'ask', text: farewell }], leave(state, at, { ending, awaited: true }));
}

function onDisconnected(state: BridgeState, clean: boolean): BridgeStep {
  const hungUp: TurnEnding = clean
    ? { reason: 'person_hung_up', by: 'person' }
    : { reason: 'connection_failed', by: 'carrier' };
  return followedBy([{ type: 'cut' }], finish(state, state.phase === 'leaving' ? state.ending : hungUp));
}

function onAgentEnded(state: BridgeState, at: At): BridgeStep {
  if (state.phase === 'joining') return failToJoin(state);
  const ending: TurnEnding =
    state.phase === 'leaving' ? state.ending : { reason: 'assistant_hung_up', by: 'assistant' };
  const isHeard = state.phase === 'speaking' || (state.phase === 'leaving' && !state.awaited);
  if (isHeard) return leave(state, at, { ending, awaited: false });
  return followedBy([{ type: 'take-as-spoken' }], finish(state, ending));
}

function onAgentFailed(state: BridgeState, at: At): BridgeStep {
  const { soundLeftMs, quietMs, silentMs, allTold } = at.event.line;
  switch (state.phase) {
    case 'joining':
      return failToJoin(state);
    case 'waiting':
      return fail(state, true);
    case 'listening':
      return fail(state, state.personSpeaking || silentMs === 0);
    case 'speaking': {
      const personWaits = !allTold || state.owes === 'reply' || state.tools;
      if (quietMs >= lastSoundMs) return fail(state, personWaits);
      // What was told is heard to its end, as long as nobody wants to be heard instead.
      return timed({ ...memoryOf(state), phase: 'failing', personWaits }, soundLeftMs + lastSoundMs);
    }
    case 'leaving':
      if (!state.awaited) return leave(state, at, { ending: state.ending, awaited: false });
      return followedBy([{ type: 'take-as-spoken' }], finish(state, state.ending));
    default:
      return stay(state);
  }
}

/** So late the carrier may confirm the last sound of an agent that is gone. */
const lastSoundMs = 1000;
