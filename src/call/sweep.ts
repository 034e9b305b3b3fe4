/**
 * Looks after calls that nobody reports on: those that a node left which is gone, every one that is overdue, and those
 * that ring, or are to be ended, although the person came onto a do-not-call list.
 */
import { messageOf } from '../base/errors.ts';
import { createRepetition } from '../base/repetition.ts';
import { type CallRow, findCallsOfNodes, findCallsToCheck } from '../store/calls.ts';
import { findCallsRingingForbidden, findCallsTalkingForbidden } from '../store/do-not-call.ts';
import { listGoneNodes } from '../store/nodes.ts';
import type { CallHappening, CallParts, CallRunner } from './run-call.ts';

export interface Sweeper {
  /** Takes over what an earlier run left, then looks again and again until stopped. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const usualEveryMs = 2000;
const mostAtOnce = 20;
const mostTakenOver = 500;

const noLonger: CallHappening = { type: 'cancel', ending: { reason: 'forbidden', by: 'server', fault: null } };

export function createSweeper(
  parts: Pick<CallParts, 'store' | 'clock' | 'log' | 'dialPolicy' | 'lookEveryMs'> & { runner: CallRunner },
): Sweeper {
  const { store, clock, log, runner, lookEveryMs: everyMs = usualEveryMs } = parts;

  /** One call that cannot be looked after must not keep the others waiting. */
  const look = async (callId: string, happening: CallHappening, onlyIf: (call: CallRow) => boolean) => {
    try {
      const applied = await runner.apply(callId, happening, { onlyIf });
      await applied?.performed;
    } catch (error) {
      log.error({ callId, reason: messageOf(error) }, 'call could not be looked after');
    }
  };

  /** What a node held that is gone; another node may have taken it over meanwhile. */
  const takeOver = async (now: Date) => {
    const gone = await listGoneNodes(store.db, now);
    const isLeft = (call: CallRow) => call.node_id !== null && gone.includes(call.node_id);
    for (const id of await findCallsOfNodes(store.db, gone, mostTakenOver)) {
      await look(id, { type: 'server-started' }, isLeft);
    }
  };

  const work = createRepetition({ clock, log, everyMs, complaint: 'sweep failed' }, async () => {
    const now = new Date(clock.now());
    await takeOver(now);
    const ids = await findCallsToCheck(store.db, now, mostAtOnce);
    const ringing = await findCallsRingingForbidden(store.db, mostAtOnce);
    const endsTalk = parts.dialPolicy.onDoNotCall === 'end';
    const talking = await findCallsTalkingForbidden(store.db, mostAtOnce, endsTalk);
    // Several nodes see the same calls: the first one's look moves the time of the next.
    const isStillDue = (call: CallRow) => call.check_at !== null && call.check_at <= now;
    await Promise.all([
      ...ids.map((id) => look(id, { type: 'check' }, isStillDue)),
      ...[...ringing, ...talking].map((id) => look(id, noLonger, () => true)),
    ]);
  });

  return {
    async start() {
      await takeOver(new Date(clock.now()));
      work.start();
    },
    stop: work.stop,
  };
}
