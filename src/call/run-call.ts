/** Performs what the lifecycle decides: each step is one transaction, carrier commands follow after its commit. */
import { messageOf } from '../base/errors.ts';
import { type CallRow, lockCall } from '../store/calls.ts';
import type { Db } from '../store/schema.ts';
import type { CallHappening, CallParts } from './call-parts.ts';
import { noteOutcome } from './dial/note-outcome.ts';
import type { Lifecycle, LifecycleEvent } from './lifecycle-state.ts';
import { performEffect } from './perform-effect.ts';
import { type StepDone, takeStep } from './take-step.ts';

export type { CallHappening, CallParts } from './call-parts.ts';

export interface Applied {
  state: Lifecycle;
  /** As this step left it. */
  call: CallRow;
  /** Settles when the carrier commands of this step, and what followed from them, are done; never rejects. */
  performed: Promise<void>;
}

export interface CallRunner {
  /**
   * Brings one event to a call; null when there is no such call.
   * `durationSeconds` came with the event and decides nothing; `onlyIf` looks at the locked call before.
   */
  apply(
    callId: string,
    happening: CallHappening,
    more?: { durationSeconds?: number | null; onlyIf?: (call: CallRow) => boolean },
  ): Promise<Applied | null>;
  /** The same in a transaction of the caller's, who hands the step to `carryOut` after the commit. */
  applyWithin(db: Db, callId: string, happening: CallHappening): Promise<StepDone | null>;
  /** Does what a step of a transaction of the caller's own decided; nothing is sent once `isFresh` says no. */
  carryOut(done: StepDone, isFresh: () => boolean): Promise<void>;
  /** Settles when no carrier command is under way. */
  idle(): Promise<void>;
}

export function createCallRunner(parts: CallParts): CallRunner {
  const { store, clock, live, log } = parts;
  const underWay = new Set<Promise<void>>();

  const apply: CallRunner['apply'] = async (callId, happening, more = {}) => {
    const event = { ...happening, atMs: clock.now() } as LifecycleEvent;
    const done = await store.transaction(async (db) => {
      const call = await lockCall(db, callId);
      if (!call || more.onlyIf?.(call) === false) return null;
      return await takeStep(parts, db, { call, event, facts: more });
    });
    if (!done) return null;
    return { state: done.step.state, call: done.call, performed: carryOut(done, always) };
  };

  const carryOut: CallRunner['carryOut'] = (done, isFresh) => {
    live.publish(done.events);
    const performed = performAll(done, isFresh);
    underWay.add(performed);
    void performed.then(() => underWay.delete(performed));
    return performed;
  };

  const performAll = async ({ call, step }: StepDone, isFresh: () => boolean) => {
    for (const effect of step.effects) {
      try {
        const came = await performEffect(parts, call, { effect, isFresh });
        const applied = came ? await apply(call.id, came.happening, came.facts) : null;
        await applied?.performed;
        if (came?.outcome) await noteOutcome(parts, came.outcome);
      } catch (error) {
        // The call's check time stands: the sweeper comes back to it.
        log.warn({ callId: call.id, effect: effect.type, reason: messageOf(error) }, 'carrier command failed');
      }
    }
  };

  return {
    apply,
    async applyWithin(db, callId, happening) {
      const call = await lockCall(db, callId);
      const event = { ...happening, atMs: clock.now() } as LifecycleEvent;
      return call ? await takeStep(parts, db, { call, event }) : null;
    },
    carryOut,
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

const always = () => true;
