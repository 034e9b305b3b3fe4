/** The moves of a bridged conversation from one phase to another that several events share. */
import type { TurnEnding } from '../turn/turn-state.ts';
import type { BridgeEffect, BridgeEvent, BridgePolicy, BridgeState, BridgeStep, In, Memory } from './bridge-state.ts';

export const stay = (state: BridgeState): BridgeStep => ({ state, effects: [] });

export const memoryOf = (memory: Memory): Memory => ({
  timer: memory.timer,
  personSpeaking: memory.personSpeaking,
  transcriptsDue: memory.transcriptsDue,
  nudges: memory.nudges,
  unanswered: memory.unanswered,
  tools: memory.tools,
  spoke: memory.spoke,
  owes: memory.owes,
  filled: memory.filled,
  toldSinceVoice: memory.toldSinceVoice,
});

/** The state with a new timer number, and the effect that starts that timer. */
export function timed(state: BridgeState, ms: number): BridgeStep {
  const timer = state.timer + 1;
  return { state: { ...state, timer }, effects: [{ type: 'set-timer', timer, ms: Math.max(Math.ceil(ms), 1) }] };
}

export function followedBy(first: BridgeEffect[], next: BridgeStep): BridgeStep {
  return { state: next.state, effects: [...first, ...next.effects] };
}

export interface At {
  event: BridgeEvent;
  policy: BridgePolicy;
}

type Doubt = In<'waiting'>['doubt'];

/** It is the agent's turn, since the person fell silent. */
export function owe(memory: Memory, at: At, doubt: Doubt = 'none'): BridgeStep {
  const { owedMs, leastOwedMs } = at.policy;
  const { silentMs } = at.event.line;
  return oweSince(memory, at, { doubt, silentMs, spentMs: Math.min(silentMs, owedMs - leastOwedMs) });
}

/** It is the agent's turn, since now: nobody waited for it before. */
export const oweFromNow = (memory: Memory, at: At, doubt: Doubt = 'none') =>
  oweSince(memory, at, { doubt, silentMs: 0, spentMs: 0 });

interface Debt {
  doubt: Doubt;
  /** How long nobody has sounded, as far as it was the agent's to speak. */
  silentMs: number;
  /** How much of its time the agent has had. */
  spentMs: number;
}

function oweSince(memory: Memory, { event, policy }: At, { doubt, silentMs, spentMs }: Debt): BridgeStep {
  const since = { sinceMs: event.atMs - spentMs, enteredAtMs: event.atMs, silentBeforeMs: silentMs };
  const restMs = policy.owedMs - spentMs;
  return timed(
    { ...memoryOf(memory), phase: 'waiting', ...since, doubt, owes: 'nothing' },
    memory.filled ? restMs : Math.min(policy.fillerAfterMs - silentMs, restMs),
  );
}

export function listen(memory: Memory, { event, policy }: At): BridgeStep {
  const ms = memory.personSpeaking ? policy.personSpeakingMs : policy.silenceMs;
  const listening = { phase: 'listening', sinceMs: event.atMs, checksEars: false } as const;
  return timed({ ...memoryOf(memory), ...listening, owes: 'nothing' }, ms);
}

/** It is the person's turn, who has spoken: the agent owes a sign within this time that it has heard them. */
export function checkEars(memory: Memory, { event }: At, patienceMs: number): BridgeStep {
  const listening = { phase: 'listening', sinceMs: event.atMs, checksEars: true } as const;
  return timed({ ...memoryOf(memory), ...listening, toldSinceVoice: false, owes: 'nothing' }, patienceMs);
}

export function speak(memory: Memory, { event, policy }: At): BridgeStep {
  return timed(
    { ...memoryOf(memory), phase: 'speaking', spoke: true, owes: 'nothing', filled: false },
    event.line.soundLeftMs + policy.owedMs,
  );
}

/** The conversation ends once the last words were played, or with `awaited` once they came and were. */
export function leave(memory: Memory, at: At, last: { ending: TurnEnding; awaited: boolean }): BridgeStep {
  return timed({ ...memoryOf(memory), phase: 'leaving', ...last }, at.event.line.soundLeftMs + at.policy.owedMs);
}

/** Nobody answers any more. */
export function sayGoodbye(state: BridgeState, at: At): BridgeStep {
  const ending: TurnEnding = { reason: 'silence', by: 'assistant' };
  return followedBy(
    [{ type: 'ask', text: at.policy.goodbyeAfterSilence }],
    leave(state, at, { ending, awaited: true }),
  );
}

export function finish(state: BridgeState, ending: TurnEnding): BridgeStep {
  return {
    state: { ...memoryOf(state), phase: 'over', ending },
    effects: [{ type: 'clear-timer' }, { type: 'finish', ending }],
  };
}

export function fail(state: BridgeState, personWaits: boolean): BridgeStep {
  return {
    state: { ...memoryOf(state), phase: 'failed' },
    effects: [{ type: 'clear-timer' }, { type: 'cut' }, { type: 'fail', personWaits }],
  };
}

export const failToJoin = (state: In<'joining'>) => fail(state, !state.personFirst || state.hearsAgain);
