/** A node's own time: its timers, its clock that may be wrong, its pauses, and its end in the middle of anything. */
import type { Clock } from '../../../src/base/clock.ts';
import type { Random } from '../../../src/base/random.ts';
import type { Scheduler } from './scheduler.ts';
import type { Swarm } from './swarm.ts';
import type { Truth } from './truth.ts';

export interface NodeTime {
  clock: Clock;
  readonly isAlive: boolean;
  /** The wall clock is set; what measures durations does not notice. */
  jump(ms: number): void;
  /** Something that the node does after that time, unless it is dead by then; the process may die or pause before it. */
  later(ms: number, work: () => void): () => void;
  /** A wait that ends only if the node lives. */
  wait(ms: number): Promise<void>;
  /** False when it was dead already. */
  kill(): boolean;
  whenDead: Promise<void>;
}

export interface NodeTimeParts {
  name: string;
  scheduler: Scheduler;
  truth: Truth;
  random: Random;
  swarm(): Swarm;
  died(): void;
}

/** As long as a stopped process, or a machine that was put to sleep. */
const longestPauseMs = 60_000;

export function createNodeTime({ name, scheduler, truth, random, swarm, died }: NodeTimeParts): NodeTime {
  const startedAtMs = scheduler.nowMs();
  const dead = Promise.withResolvers<void>();
  let isAlive = true;
  let skewMs = 0;
  let pausedUntilMs = 0;

  const strikes = (): boolean => {
    const { crash, pause } = swarm();
    if (crash > 0 && random.fraction() < crash) {
      truth.strike('crash');
      died();
      return true;
    }
    if (pause > 0 && random.fraction() < pause) {
      truth.strike('pause');
      pausedUntilMs = scheduler.nowMs() + random.fraction() * longestPauseMs;
      truth.note('node paused', name);
    }
    return false;
  };

  const later: NodeTime['later'] = (ms, work) => {
    let cancel = () => {};
    const go = () => {
      if (!isAlive || strikes()) return;
      const pauseMs = pausedUntilMs - scheduler.nowMs();
      if (pauseMs > 0) cancel = scheduler.at(pauseMs, go);
      else work();
    };
    cancel = scheduler.at(ms, go);
    return () => cancel();
  };

  return {
    clock: {
      now: () => Math.floor(scheduler.nowMs() + skewMs),
      monotonicMs: () => scheduler.nowMs() - startedAtMs,
      startTimer: later,
    },
    get isAlive() {
      return isAlive;
    },
    jump(ms) {
      skewMs += ms;
      truth.note('clock jumps', name, Math.round(ms));
    },
    later,
    wait: (ms) => new Promise<void>((resolve) => void later(ms, resolve)),
    kill() {
      if (!isAlive) return false;
      isAlive = false;
      dead.resolve();
      return true;
    },
    whenDead: dead.promise,
  };
}
