/** Runs the machine of one bridged conversation: one event at a time, its timer, and the log of every step. */
import type { CancelTimer, Clock } from '../../../base/clock.ts';
import type { CallRecord } from '../call-record.ts';
import { oneAtATime } from '../one-at-a-time.ts';
import { beginBridge, stepBridge } from './bridge-machine.ts';
import type { BridgeEffect, BridgeEvent, BridgePolicy, BridgeState, LineNow } from './bridge-state.ts';

/** An event of the machine without what the runner adds: its time, and the line at that moment. */
export type BridgeHappening = BridgeEvent extends infer E
  ? E extends BridgeEvent
    ? Omit<E, 'atMs' | 'line'>
    : never
  : never;

/** What the conductor does; timers are the runner's own. */
export type ConductorEffect = Exclude<BridgeEffect, { type: 'set-timer' | 'clear-timer' }>;

export interface BridgeRunner {
  readonly phase: BridgeState['phase'];
  start(): void;
  /** Brings an event to the machine; one that comes while another is being worked on waits for its turn. */
  feed(happening: BridgeHappening): void;
}

export interface BridgeRunnerParts {
  callId: string;
  clock: Clock;
  policy: BridgePolicy;
  record: CallRecord;
  /** The number of this machine's newest log entry. */
  logSeq: number;
  personFirst: boolean;
  hearsAgain: boolean;
  lineNow(): LineNow;
  perform(effect: ConductorEffect): void;
}

export function createBridgeRunner(parts: BridgeRunnerParts): BridgeRunner {
  const { clock, policy } = parts;
  const startedAt = clock.monotonicMs();
  const begun = beginBridge(parts, policy);
  let state: BridgeState = begun.state;
  let logSeq = parts.logSeq;
  let cancelTimer: CancelTimer = () => {};

  const perform = (effect: BridgeEffect) => {
    if (effect.type === 'clear-timer') return cancelTimer();
    if (effect.type !== 'set-timer') return parts.perform(effect);
    cancelTimer();
    cancelTimer = clock.startTimer(effect.ms, () => feed({ type: 'timer', timer: effect.timer }));
  };

  const takeStep = (happening: BridgeHappening) => {
    const atMs = Math.round(clock.monotonicMs() - startedAt);
    const event = { ...happening, atMs, line: parts.lineNow() } as BridgeEvent;
    const next = stepBridge(state, event, policy);
    // What changes nothing is not worth a line: some vendors tell that they live many times a second.
    if (next.state === state && next.effects.length === 0) return;
    state = next.state;
    logSeq += 1;
    parts.record.log({
      call_id: parts.callId,
      seq: logSeq,
      at: new Date(clock.now()),
      machine: 'bridge',
      event: JSON.stringify(event),
      effects: JSON.stringify(next.effects),
    });
    for (const effect of next.effects) perform(effect);
  };

  const feed = oneAtATime(takeStep);

  return {
    feed,
    get phase() {
      return state.phase;
    },
    start() {
      for (const effect of begun.effects) perform(effect);
    },
  };
}
