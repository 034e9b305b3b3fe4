/** What a bridged conversation does when time has passed: whether that silence was too long, and whose it was. */
import {
  type At,
  fail,
  failToJoin,
  finish,
  followedBy,
  listen,
  memoryOf,
  owe,
  oweFromNow,
  sayGoodbye,
  stay,
  timed,
} from './bridge-moves.ts';
import type { BridgeState, BridgeStep, In } from './bridge-state.ts';

export function onTimer(state: BridgeState, at: At): BridgeStep {
  switch (state.phase) {
    case 'joining':
      return failToJoin(state);
    case 'waiting':
      return onDebt(state, at);
    case 'speaking':
      return onPlayed(state, at);
    case 'listening':
      return state.checksEars && !state.toldSinceVoice ? onDeaf(state, at) : onQuiet(state, at);
    case 'leaving':
      return onLastWords(state, at);
    case 'failing':
      return followedBy([{ type: 'take-as-spoken' }], fail(state, state.personWaits));
    default:
      return stay(state);
  }
}

function onDebt(state: In<'waiting'>, { event, policy }: At): BridgeStep {
  const owedMs = Math.min(event.atMs - state.sinceMs, Math.max(event.line.silentMs, 0));
  const heldMs = event.atMs - state.enteredAtMs;
  const patienceMs = state.filled ? policy.owedAfterFillerMs : policy.owedMs;
  if (owedMs >= patienceMs || heldMs >= policy.owedAtMostMs) return fail(state, true);
  const restMs = Math.min(patienceMs - owedMs, policy.owedAtMostMs - heldMs);
  if (state.filled) return timed(state, restMs);
  const waitedMs = Math.min(event.line.silentMs, state.silentBeforeMs + heldMs);
  if (waitedMs < policy.fillerAfterMs) return timed(state, Math.min(policy.fillerAfterMs - waitedMs, restMs));
  return followedBy([{ type: 'fill', text: policy.filler }], timed({ ...state, filled: true }, restMs));
}

/** The sound that came should have been played by now: it goes on, was the last, or will never go on. */
function onPlayed(state: In<'speaking'>, at: At): BridgeStep {
  const { soundLeftMs, quietMs, allTold } = at.event.line;
  const { owedMs, playbackSlackMs } = at.policy;
  if (soundLeftMs > 0) return timed(state, soundLeftMs + owedMs);
  const patienceMs = allTold ? playbackSlackMs : owedMs;
  if (quietMs < patienceMs) return timed(state, patienceMs - quietMs);
  if (!allTold) return fail(state, true);
  const next = state.tools || state.owes === 'reply' ? owe(state, at) : listen(state, at);
  return followedBy([{ type: 'take-as-spoken' }], next);
}

/** The person spoke, and the agent gives no sign of having heard it: it is asked for one. */
function onDeaf(state: In<'listening'>, at: At): BridgeStep {
  const { event, policy } = at;
  // They have gone on: nobody asks into their words.
  if (event.line.silentMs === 0 && event.atMs - state.sinceMs < policy.personSpeakingMs) {
    return timed(state, policy.deafMs);
  }
  const asks = { type: 'ask', text: policy.lostThread } as const;
  return followedBy([asks], owe({ ...memoryOf(state), personSpeaking: false }, at, 'deaf'));
}

function onQuiet(state: In<'listening'>, at: At): BridgeStep {
  const { event, policy } = at;
  const heldMs = event.atMs - state.sinceMs;
  const quietMs = state.personSpeaking ? 0 : Math.min(event.line.silentMs, heldMs);
  if (quietMs < policy.silenceMs && heldMs < policy.personSpeakingMs) {
    const restMs = state.personSpeaking ? policy.personSpeakingMs : policy.silenceMs - quietMs;
    return timed({ ...state, checksEars: false }, Math.min(restMs, policy.personSpeakingMs - heldMs));
  }
  const nudge = policy.nudges[state.nudges];
  if (nudge === undefined) return sayGoodbye(state, at);
  const nudged = { ...memoryOf(state), nudges: state.nudges + 1, personSpeaking: false };
  return followedBy([{ type: 'ask', text: nudge }], oweFromNow(nudged, at, 'nudged'));
}

function onLastWords(state: In<'leaving'>, at: At): BridgeStep {
  const { soundLeftMs, quietMs, allTold } = at.event.line;
  if (soundLeftMs > 0) return timed(state, soundLeftMs + at.policy.playbackSlackMs);
  // Its last words may still be coming.
  if (!state.awaited && !allTold && quietMs < at.policy.owedMs) return timed(state, at.policy.owedMs - quietMs);
  return followedBy([{ type: 'take-as-spoken' }], finish(state, state.ending));
}
