/**
 * Looks after calls that nobody reports on: at start those a stopped server left, later every one that is overdue, and
 * those that ring although the person came onto a do-not-call list.
 */
import type { CancelTimer } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { findCallsToCheck, findUnfinishedCalls } from '../store/calls.ts';
import { findCallsRingingForbidden } from '../store/do-not-call.ts';
import type { CallHappening, CallParts, CallRunner } from './run-call.ts';

export interface Sweeper {
  /** Takes over what an earlier run left, then looks again and again until stopped. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const everyMs = 2000;
const mostAtOnce = 20;

const noLonger: CallHappening = { type: 'cancel', ending: { reason: 'forbidden', by: 'server', fault: null } };

export function createSweeper(parts: Pick<CallParts, 'store' | 'clock' | 'log'> & { runner: CallRunner }): Sweeper {
  const { store, clock, log, runner } = parts;
  let cancelTimer: CancelTimer = () => {};
  let isStopped = false;
  let sweeping: Promise<void> = Promise.resolve();

  /** One call that cannot be looked after must not keep the others waiting. */
  const look = async (callId: string, happening: CallHappening) => {
    try {
      const applied = await runner.apply(callId, happening);
      await applied?.performed;
    } catch (error) {
      log.error({ callId, reason: messageOf(error) }, 'call could not be looked after');
    }
  };

  const sweep = async () => {
    try {
      const ids = await findCallsToCheck(store.db, new Date(clock.now()), mostAtOnce);
      const forbidden = await findCallsRingingForbidden(store.db, mostAtOnce);
      await Promise.all([
        ...ids.map((id) => look(id, { type: 'check' })),
        ...forbidden.map((id) => look(id, noLonger)),
      ]);
    } catch (error) {
      log.error({ reason: messageOf(error) }, 'sweep failed');
    }
  };

  const scheduleNext = () => {
    if (isStopped) return;
    cancelTimer = clock.startTimer(everyMs, () => {
      sweeping = sweep().then(scheduleNext);
    });
  };

  return {
    async start() {
      for (const id of await findUnfinishedCalls(store.db)) await look(id, { type: 'server-started' });
      sweeping = sweep().then(scheduleNext);
    },
    async stop() {
      isStopped = true;
      cancelTimer();
      await sweeping;
    },
  };
}
