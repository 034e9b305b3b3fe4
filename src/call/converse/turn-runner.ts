/** Runs the turn machine of one conversation: one event at a time, its timer, and the log of every step. */
import type { CancelTimer, Clock } from '../../base/clock.ts';
import type { CallRecord } from './call-record.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { beginTurns, step } from './turn/turn.ts';
import type { TurnPolicy } from './turn/turn-policy.ts';
import type { TurnEffect, TurnEvent, TurnState } from './turn/turn-state.ts';

/** An event of the turn machine without its time, which the runner adds. */
export type TurnHappening = TurnEvent extends infer E ? (E extends TurnEvent ? Omit<E, 'atMs'> : never) : never;

/** What the conversation's engine does; timers are the runner's own. */
export type EngineEffect = Exclude<TurnEffect, { type: 'set-timer' | 'clear-timer' }>;

export interface TurnRunner {
  start(): void;
  /** Brings an event to the machine; one that comes while another is being worked on waits for its turn. */
  feed(happening: TurnHappening): void;
  /** Nothing is decided any more, and no timer is left: somebody else goes on. */
  close(): void;
}

export interface TurnRunnerParts {
  callId: string;
  clock: Clock;
  policy: TurnPolicy;
  record: CallRecord;
  /** The number of this machine's newest log entry; more than 0 when the conversation goes on after a break. */
  logSeq: number;
  /** The number of its first utterance: 1 unless another machine has used some up. */
  firstUtterance?: number;
  perform(effect: EngineEffect): void;
  /** Whether the newest utterance is still being made or played, where that is known. */
  isSounding?(): boolean;
}

export function createTurnRunner(parts: TurnRunnerParts): TurnRunner {
  const { clock, policy } = parts;
  const startedAt = clock.monotonicMs();
  const begun = beginTurns(policy, parts.firstUtterance);
  let state: TurnState = begun.state;
  let logSeq = parts.logSeq;
  let isClosed = false;
  let cancelTimer: CancelTimer = () => {};

  const perform = (effect: TurnEffect) => {
    // What is left of a step in which somebody else took over.
    if (isClosed) return;
    if (effect.type === 'clear-timer') return cancelTimer();
    if (effect.type !== 'set-timer') return parts.perform(effect);
    cancelTimer();
    const { timer } = effect;
    cancelTimer = clock.startTimer(effect.ms, () => {
      feed(parts.isSounding?.() ? { type: 'timer', timer, isSounding: true } : { type: 'timer', timer });
    });
  };

  const takeStep = (happening: TurnHappening) => {
    // The log of a conversation that is over is closed: another session of the call may be writing it.
    if (state.phase === 'over' || isClosed) return;
    const event = { ...happening, atMs: Math.round(clock.monotonicMs() - startedAt) } as TurnEvent;
    const next = step(state, event, policy);
    state = next.state;
    logSeq += 1;
    parts.record.log({
      call_id: parts.callId,
      seq: logSeq,
      at: new Date(clock.now()),
      machine: 'turn',
      event: JSON.stringify(event),
      effects: JSON.stringify(next.effects),
    });
    for (const effect of next.effects) perform(effect);
  };

  const feed = oneAtATime(takeStep);

  return {
    feed,
    start() {
      for (const effect of begun.effects) perform(effect);
    },
    close() {
      isClosed = true;
      cancelTimer();
    },
  };
}
