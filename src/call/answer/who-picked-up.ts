/**
 * Who has picked up, and what is done about it, as a pure machine. Signs come from the carrier and from what is heard,
 * in any order and contradicting each other; each has a rank, and the highest is believed. Every phase in which the
 * assistant is kept silent has an end.
 */
import {
  answeredUs,
  fromCarrier,
  fromTone,
  fromWords,
  isBetter,
  isByMereSound,
  nobodySpoke,
  someoneSpoke,
  spokeTooLong,
} from './pickup/evidence.ts';
import { onMenu } from './pickup/on-menu.ts';
import { introduce, introduced, onScreener, onScreenerSaid } from './pickup/on-screener.ts';
import {
  greetingOver,
  onMessageAllowed,
  onMessageSpoken,
  onToneOverMessage,
  onVoicemail,
} from './pickup/on-voicemail.ts';
import { dueAtMsOf, end, followedBy, isHeld, memoryOf, stay } from './pickup/pickup-moves.ts';
import type { PickupPolicy } from './pickup/pickup-policy.ts';
import type {
  CarrierVerdict,
  MessageState,
  PickupEffect,
  PickupEvent,
  PickupSettings,
  PickupState,
  PickupStep,
  Verdict,
} from './pickup/pickup-state.ts';
import { soundsLike } from './pickup/sounds-like.ts';

export interface PickupRules {
  settings: PickupSettings;
  policy: PickupPolicy;
}

/** @param message what became of the message in an earlier session of this call */
export function beginPickup(message: MessageState, rules: PickupRules): PickupStep {
  const state: PickupState = {
    ...{ phase: 'listening', verdict: null, openedAtMs: 0, speechAtMs: null, quietAtMs: null },
    ...{ mayRecord: false, carrierTold: false, wasHeard: false, answers: 0, message, saying: 0 },
  };
  return withTimer(state, stay(state), { atMs: 0, rules, isFirst: true });
}

export function stepPickup(before: PickupState, event: PickupEvent, rules: PickupRules): PickupStep {
  if (before.phase === 'over') return stay(before);
  const made = onEvent(hear(before, event), event, rules);
  return withTimer(before, made, { atMs: event.atMs, rules, isFirst: event.type === 'timer' });
}

/** What each event changes in memory, whatever the phase. */
function hear(state: PickupState, event: PickupEvent): PickupState {
  switch (event.type) {
    case 'speaking': {
      if (event.speaking)
        return { ...state, speechAtMs: state.speechAtMs ?? event.atMs, quietAtMs: null, mayRecord: false };
      return state.speechAtMs === null ? state : { ...state, speechAtMs: null, quietAtMs: event.atMs };
    }
    case 'said':
      return state.speechAtMs === null ? { ...state, quietAtMs: event.atMs } : state;
    case 'tone':
      return event.tone === 'beep' ? { ...state, mayRecord: true } : state;
    case 'carrier': {
      const isOver = event.verdict.startsWith('machine_end');
      return { ...state, carrierTold: true, mayRecord: state.mayRecord || isOver };
    }
    case 'spoken':
      return event.whole ? { ...state, wasHeard: true } : state;
    default:
      return state;
  }
}

function onEvent(state: PickupState, event: PickupEvent, rules: PickupRules): PickupStep {
  switch (event.type) {
    case 'closed':
      return onClosed(state);
    case 'carrier':
      return onSign(state, fromCarrier(event.verdict as CarrierVerdict), { atMs: event.atMs, rules });
    case 'tone':
      return onTone(state, event.tone, { atMs: event.atMs, rules });
    case 'said':
      return onSaid(state, event.text, { atMs: event.atMs, rules });
    case 'key':
      return onSign(state, someoneSpoke, { atMs: event.atMs, rules });
    case 'speaking':
      return state.phase === 'being-asked' && !event.speaking
        ? introduce(state, { atMs: event.atMs, policy: rules.policy })
        : stay(state);
    case 'spoken':
      return onSpoken(state, event, rules);
    case 'message-allowed':
      return onMessageAllowed(state, event.allowed);
    case 'timer':
      return onTimer(state, { atMs: event.atMs, rules });
  }
}

interface At {
  atMs: number;
  rules: PickupRules;
}

function onSign(state: PickupState, sign: Verdict | null, at: At): PickupStep {
  // What is being recorded, or was talked about already, is not undone by what somebody finds out later.
  if (state.phase === 'leaving' || state.phase === 'settled') return stay(state);
  if (!sign || !isBetter(sign, state.verdict)) return onOldNews(state, at);
  const known: PickupState = { ...state, verdict: sign };
  if (sign.who === state.verdict?.who) return onOldNews(known, at);
  return followedBy([{ type: 'tell', verdict: sign }], act(known, at));
}

/** Nothing new about who it is, but perhaps that it is certain now, or that the greeting is over. */
function onOldNews(state: PickupState, { atMs, rules }: At): PickupStep {
  if (state.phase !== 'awaiting-end') return stay(state);
  const action = rules.settings.actions.voicemail;
  const isCertain = state.verdict !== null && !isByMereSound(state.verdict);
  const isAwaited = action === 'leave_message' || !isCertain;
  return isAwaited && !state.mayRecord ? stay(state) : greetingOver(state, action, atMs);
}

function act(state: PickupState, { atMs, rules }: At): PickupStep {
  const { actions } = rules.settings;
  switch (state.verdict?.who) {
    case 'voicemail':
      return onVoicemail(state, actions.voicemail, atMs);
    case 'screener':
      return onScreener(state, actions.screener, { atMs, policy: rules.policy });
    case 'menu':
      return followedBy(isHeld(state) ? [{ type: 'go-on' }] : [], onMenu(state, actions.menu));
    case 'fax':
      return end(state, 'fax');
    case 'person': {
      const talking = stay({ ...memoryOf(state), phase: 'listening' });
      return isHeld(state) ? followedBy([{ type: 'go-on' }], talking) : talking;
    }
    default:
      return stay(state);
  }
}

function onTone(state: PickupState, tone: 'beep' | 'fax', at: At): PickupStep {
  if (state.phase === 'leaving') return tone === 'beep' ? onToneOverMessage(state) : stay(state);
  return onSign(state, fromTone(tone), at);
}

function onSaid(before: PickupState, text: string, at: At): PickupStep {
  if (text.trim() === '') return stay(before);
  const said = soundsLike(text);
  const isAnswer = before.wasHeard && (said === null || said === 'person');
  const state: PickupState = { ...before, wasHeard: false, answers: before.answers + (isAnswer ? 1 : 0) };
  if (state.phase === 'awaiting-person') {
    const ofScreener = onScreenerSaid(state, said, { atMs: at.atMs, policy: at.rules.policy });
    return ofScreener ?? onSign(state, said === null ? answeredUs : fromWords(said, true), at);
  }
  const isTalk = state.answers >= 2 && !isHeld(state);
  if (isTalk && state.phase === 'listening') {
    const told = onSign(state, answeredUs, at);
    return { state: { ...memoryOf(told.state), phase: 'settled' }, effects: told.effects };
  }
  const sign = said === null ? (isHeld(state) ? null : someoneSpoke) : fromWords(said, isHeld(state));
  return onSign(state, sign, at);
}

function onSpoken(state: PickupState, event: Extract<PickupEvent, { type: 'spoken' }>, rules: PickupRules): PickupStep {
  if (event.saying !== state.saying) return stay(state);
  if (state.phase === 'leaving' && state.allowed) return onMessageSpoken(state, event.whole);
  if (state.phase === 'introducing') return introduced(state, { atMs: event.atMs, policy: rules.policy });
  return stay(state);
}

function onClosed(state: PickupState): PickupStep {
  const isCut = state.phase === 'leaving' && state.allowed === true;
  return {
    state: { ...memoryOf(state), phase: 'over' },
    effects: isCut ? [{ type: 'tell-message', state: 'cut_off' }] : [],
  };
}

function onTimer(state: PickupState, at: At): PickupStep {
  const { atMs, rules } = at;
  const dueAtMs = dueAtMsOf(state, rules.policy, rules.settings.carrierTellsEnd);
  if (dueAtMs === null || atMs < dueAtMs) return stay(state);
  switch (state.phase) {
    case 'listening':
      if (atMs >= state.openedAtMs + rules.policy.windowMs) return stay({ ...memoryOf(state), phase: 'settled' });
      return onSign(state, state.speechAtMs === null ? nobodySpoke : spokeTooLong, at);
    case 'awaiting-end':
      return greetingOver(state, rules.settings.actions.voicemail, atMs);
    case 'leaving':
      return onMessageSpoken(state, false);
    case 'being-asked':
      return introduce(state, { atMs, policy: rules.policy });
    case 'introducing':
      return introduced(state, { atMs, policy: rules.policy });
    case 'awaiting-person':
      return end(state, 'screened_out');
    default:
      return stay(state);
  }
}

/** One timer at a time, set anew whenever what is waited for has changed. */
function withTimer(
  before: PickupState,
  made: PickupStep,
  { atMs, rules, isFirst }: { atMs: number; rules: PickupRules; isFirst: boolean },
): PickupStep {
  const due = (state: PickupState) => dueAtMsOf(state, rules.policy, rules.settings.carrierTellsEnd);
  const [was, is] = [due(before), due(made.state)];
  if (was === is && !isFirst) return made;
  const timer: PickupEffect = is === null ? { type: 'clear-timer' } : { type: 'set-timer', ms: Math.max(is - atMs, 0) };
  return { state: made.state, effects: [...made.effects, timer] };
}
