/** The time-outs of one reply: only time spent waiting for the vendor counts, never a slow reader's. */
import type { CancelTimer, Clock } from '../../base/clock.ts';
import { LanguageModelFailed } from '../../ports/language-model.ts';

export interface Watchdog {
  /** Aborted when the caller gives up or a wait has lasted too long. */
  signal: AbortSignal;
  /** Set once a wait has lasted too long. */
  readonly failure: LanguageModelFailed | null;
  /** From now on the vendor has `limitMs` to send `what`, and never more than is left of the whole. */
  expect(what: string, limitMs: number): void;
  /** We are not waiting for the vendor. */
  pause(): void;
  /** Stops everything: no timer and no listener is left, and a connection is closed unless it was `read` to its end. */
  stop(how: { read: boolean }): void;
}

export function createWatchdog(options: { clock: Clock; totalMs: number; signal: AbortSignal }): Watchdog {
  const { clock, totalMs, signal } = options;
  const controller = new AbortController();
  let cancelTimer: CancelTimer = () => {};
  let failure: LanguageModelFailed | null = null;
  let spentMs = 0;
  let waitingSinceMs: number | null = null;

  const giveUp = () => {
    cancelTimer();
    controller.abort(signal.reason);
  };
  const pause = () => {
    cancelTimer();
    if (waitingSinceMs !== null) spentMs += clock.monotonicMs() - waitingSinceMs;
    waitingSinceMs = null;
  };
  const expire = (what: string, waitedMs: number) => {
    failure = new LanguageModelFailed('llm/timeout', `The language model sent ${what} within ${waitedMs} ms.`, true);
    controller.abort(failure);
  };
  if (signal.aborted) giveUp();
  signal.addEventListener('abort', giveUp, { once: true });

  return {
    signal: controller.signal,
    get failure() {
      return failure;
    },
    expect(what, limitMs) {
      pause();
      if (controller.signal.aborted) return;
      waitingSinceMs = clock.monotonicMs();
      const leftMs = Math.max(totalMs - spentMs, 0);
      const [missing, waitMs, saidMs] =
        leftMs < limitMs ? ['no complete reply', leftMs, totalMs] : [`no ${what}`, limitMs, limitMs];
      cancelTimer = clock.startTimer(waitMs, () => expire(missing, saidMs));
    },
    pause,
    stop({ read }) {
      pause();
      signal.removeEventListener('abort', giveUp);
      // To abort costs as much as the rest of an answer's end.
      if (!read) controller.abort();
    },
  };
}
