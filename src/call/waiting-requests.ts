/** The requests of this process that wait until their call has left the queue; none waits for ever. */
import { longestWaitMs } from './dial/may-wait.ts';
import type { CallHappening, CallParts, CallRunner } from './run-call.ts';

interface WaitingRequests {
  /** Begins the work and resolves when the call has arrived. */
  wait(callId: string, begin: () => Promise<void>): Promise<void>;
  /** The carrier has answered for this call, or it is over. */
  arrived(callId: string): void;
  giveUpAll(): void;
}

/** Its turn comes within 10 s by what was known; what holds it up longer than this is not waited for. */
const patienceMs = longestWaitMs + 2000;

const tooLate: CallHappening = {
  type: 'forbidden',
  error: { code: 'dial/rate-limited', message: 'Its turn did not come within 10 s.' },
};

export function createWaitingRequests({
  clock,
  runner,
}: Pick<CallParts, 'clock'> & { runner: CallRunner }): WaitingRequests {
  const waiting = new Map<string, () => void>();
  const arrived = (callId: string) => waiting.get(callId)?.();

  const giveUp = async (callId: string) => {
    const applied = await runner.apply(callId, tooLate).catch(() => null);
    // While the carrier is being asked for it, its answer is waited for.
    if (applied === null || applied.state.phase === 'over') arrived(callId);
  };

  return {
    arrived,
    async wait(callId, begin) {
      const done = Promise.withResolvers<void>();
      waiting.set(callId, done.resolve);
      const cancel = clock.startTimer(patienceMs, () => void giveUp(callId));
      try {
        await begin();
        await done.promise;
      } finally {
        cancel();
        waiting.delete(callId);
      }
    },
    giveUpAll() {
      for (const callId of waiting.keys()) void giveUp(callId);
    },
  };
}
