/** How a vendor's agent is kept silent while somebody else speaks with the person, and how it has them back. */
import { type At, fail, finish, followedBy, listen, memoryOf, oweFromNow, stay, timed } from './bridge-moves.ts';
import type { BridgeEvent, BridgeState, BridgeStep, In } from './bridge-state.ts';

export function hold(state: BridgeState, { policy }: At): BridgeStep {
  const held = timed({ ...memoryOf(state), phase: 'held', personSpeaking: false }, policy.heldMs);
  return state.phase === 'held' ? held : followedBy([{ type: 'cut' }], held);
}

/** What ends a call or a line is the same as ever. */
export function onEventWhileHeld(state: In<'held'>, event: BridgeEvent, at: At): BridgeStep | null {
  switch (event.type) {
    case 'disconnected':
    case 'end-wanted':
      return null;
    case 'hold':
      return hold(state, at);
    case 'go-on': {
      const free = { ...memoryOf(state), nudges: 0, unanswered: 0, spoke: false };
      return event.asked ? oweFromNow(free, at) : listen(free, at);
    }
    case 'timer':
      if (event.timer !== state.timer) return stay(state);
      return followedBy([{ type: 'cut' }], finish(state, { reason: 'silence', by: 'assistant' }));
    case 'agent-ended':
    case 'agent-failed':
      return fail(state, false);
    // The agent waits for what came of its tools; that they were to end the call does not count any more.
    case 'tools-done':
      return followedBy([{ type: 'answer-tools' }], stay({ ...state, tools: false }));
    default:
      return stay(state);
  }
}
