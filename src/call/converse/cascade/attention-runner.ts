/** Runs the listening side of a conversation: one event at a time, its timer, and the log of its decisions. */
import type { CancelTimer, Clock } from '../../../base/clock.ts';
import { oneAtATime } from '../one-at-a-time.ts';
import { attend, beginAttention, join } from '../turn/attention.ts';
import type { AttentionEffect, AttentionEvent, AttentionPolicy } from '../turn/attention-state.ts';

export interface AttentionRunner {
  /** What the person has said that nobody has told to be answered yet. */
  readonly words: string;
  feed(event: Exclude<AttentionEvent, { type: 'timer' }>): void;
  close(): void;
}

export interface AttentionRunnerParts {
  clock: Clock;
  policy: AttentionPolicy;
  perform(effect: Exclude<AttentionEffect, { type: 'set-timer' | 'clear-timer' }>): void;
  /** Hears of every event that led to something. */
  log(event: AttentionEvent, effects: readonly AttentionEffect[]): void;
}

export function createAttentionRunner(parts: AttentionRunnerParts): AttentionRunner {
  let state = beginAttention;
  let isClosed = false;
  let cancelTimer: CancelTimer = () => {};

  const perform = (effect: AttentionEffect) => {
    if (effect.type === 'clear-timer') return cancelTimer();
    if (effect.type !== 'set-timer') return parts.perform(effect);
    cancelTimer();
    cancelTimer = parts.clock.startTimer(effect.ms, () => feed({ type: 'timer', timer: effect.timer }));
  };

  const feed = oneAtATime((event: AttentionEvent) => {
    if (isClosed) return;
    const step = attend(state, event, parts.policy);
    state = step.state;
    if (step.effects.length > 0) parts.log(event, step.effects);
    for (const effect of step.effects) perform(effect);
  });

  return {
    get words() {
      return join(state.kept, state.text);
    },
    feed,
    close() {
      isClosed = true;
      cancelTimer();
    },
  };
}
