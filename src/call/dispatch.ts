/**
 * Dials the calls that wait, as soon as their turn comes: woken by what happens in this process and by a timer for the
 * next moment that counts, so a long queue is emptied at the account's pace and looked at no more often than that.
 */
import type { CancelTimer } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { findNextDue, listOverdueScheduled } from '../store/call-queue.ts';
import { inBackground } from '../store/urgency.ts';
import { claimCalls } from './claim-calls.ts';
import type { CallParts, CallRunner } from './run-call.ts';
import { createWaitingRequests } from './waiting-requests.ts';

export interface Dispatcher {
  /** From now on it also looks by itself, for what other nodes left. */
  start(): void;
  /** Something may be dialled now. */
  wake(): void;
  /**
   * Has the call stored and resolves when it has left the queue and the carrier has answered, or when it was given up:
   * a request waits no longer than 10 s for its turn.
   */
  storeAndDial(callId: string, storeCall: () => Promise<void>): Promise<void>;
  /** Takes no more calls out of the queue; who waits here for one is told at once. */
  stop(): Promise<void>;
}

/** However still it is, the queue is looked at this often, unless another rhythm is given. */
const usualEveryMs = 5000;
/** A claim that is older is no longer acted upon: half of the time after which others begin to look for the call. */
const freshMs = 5000;
const mostScheduled = 100;

export function createDispatcher(parts: CallParts & { runner: CallRunner }): Dispatcher {
  const { clock, log, live } = parts;
  const everyMs = parts.lookEveryMs ?? usualEveryMs;
  const requests = createWaitingRequests(parts);
  const stopped = new AbortController();
  let cancelTimer: CancelTimer = () => {};
  let running: Promise<void> | null = null;
  let isWanted = false;
  let isStarted = false;

  const run = async () => {
    let nextMs: number | null = null;
    while (isWanted && !stopped.signal.aborted) {
      isWanted = false;
      try {
        nextMs = await takeTurn(parts, requests.arrived);
      } catch (error) {
        log.error({ reason: messageOf(error) }, 'the queue of calls could not be looked at');
        nextMs = clock.now() + everyMs;
      }
      if (nextMs !== null && nextMs <= clock.now()) isWanted = true;
    }
    lookAgain(nextMs);
  };

  const lookAgain = (nextMs: number | null) => {
    if (stopped.signal.aborted || (nextMs === null && !isStarted)) return;
    const waitMs = nextMs === null ? everyMs : Math.min(Math.max(nextMs - clock.now(), 0), everyMs);
    cancelTimer = clock.startTimer(waitMs, wake);
  };

  const wake = () => {
    if (stopped.signal.aborted) return;
    isWanted = true;
    if (running !== null) return;
    cancelTimer();
    // Whoever woke it waits at most for one of the calls that it dials now.
    running = inBackground(run).finally(() => {
      running = null;
      if (isWanted) wake();
    });
  };

  const leave = live.subscribe(({ type, call_id: callId }) => {
    if (type === 'call.ended' || type === 'call.blocked') requests.arrived(callId ?? '');
    if (isStarted && ['call.queued', 'call.ended', 'call.blocked'].includes(type)) wake();
  });

  return {
    start() {
      isStarted = true;
      wake();
    },
    wake,
    storeAndDial: (callId, storeCall) =>
      requests.wait(callId, async () => {
        await storeCall();
        if (stopped.signal.aborted) requests.giveUpAll();
        wake();
      }),
    async stop() {
      stopped.abort();
      cancelTimer();
      leave();
      await running;
      requests.giveUpAll();
    },
  };
}

/** Dials what may be dialled now; gives the moment to look again, null when only an event can change anything. */
async function takeTurn(
  parts: CallParts & { runner: CallRunner },
  arrived: (callId: string) => void,
): Promise<number | null> {
  const { store, clock, live, runner, nodeId } = parts;
  const nowMs = clock.now();
  const startedMs = clock.monotonicMs();
  const dueAt = await findNextDue(store.db, nodeId, null);
  if (dueAt === null || dueAt.getTime() > nowMs) return dueAt?.getTime() ?? null;
  const { steps, events, againAtMs } = await store.transaction((db) => claimCalls(parts, db, nowMs));
  const isFresh = () => clock.monotonicMs() - startedMs < freshMs && Math.abs(clock.now() - nowMs) < freshMs;
  live.publish(events);
  for (const done of steps) void runner.carryOut(done, isFresh).then(() => arrived(done.call.id));
  if (againAtMs !== null && againAtMs <= nowMs) return againAtMs;
  // Scheduled calls whose time has come and that have to wait are shown as queued.
  for (const id of await listOverdueScheduled(store.db, new Date(nowMs), mostScheduled)) {
    await runner.apply(id, { type: 'due' });
  }
  const later = (await findNextDue(store.db, nodeId, new Date(nowMs)))?.getTime() ?? null;
  return againAtMs === null || (later !== null && later < againAtMs) ? later : againAtMs;
}
