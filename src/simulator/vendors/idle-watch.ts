/** Notices that an application has sent nothing for too long, as vendors do before they hang up. */
import type { CancelTimer, Clock } from '../../base/clock.ts';

export interface IdleWatch {
  touch(): void;
  stop(): void;
}

/** `onIdle` is called once. A touch costs no timer. */
export function createIdleWatch(clock: Clock, idleMs: number, onIdle: () => void): IdleWatch {
  let lastAtMs = clock.monotonicMs();
  let cancel: CancelTimer = () => {};
  const look = () => {
    const leftMs = Math.ceil(lastAtMs + idleMs - clock.monotonicMs());
    if (leftMs <= 0) return onIdle();
    cancel = clock.startTimer(leftMs, look);
  };
  cancel = clock.startTimer(idleMs, look);
  return {
    touch() {
      lastAtMs = clock.monotonicMs();
    },
    stop: () => cancel(),
  };
}
