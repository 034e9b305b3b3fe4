/** Sends parts of a reply as a vendor does: the first after a while, the others faster than they sound. */
import type { CancelTimer, Clock } from '../../../base/clock.ts';
import type { VendorDelays } from '../vendor.ts';

export interface PacedSending<T> {
  clock: Clock;
  delays: VendorDelays;
  /** In order; each is sent when all sound before its `startMs` could have been sent. */
  parts: readonly (T & { startMs: number })[];
  send(part: T): void;
  /** All of them were sent. */
  sent(): void;
}

/** Gives back what stops it; `send` and `sent` are not called afterwards. */
export function sendPaced<T>({ clock, delays, parts, send, sent }: PacedSending<T>): CancelTimer {
  const firstAtMs = clock.monotonicMs() + delays.firstSoundMs;
  let next = 0;
  let isStopped = false;
  let cancelTimer: CancelTimer = () => {};
  const goOn = () => {
    while (!isStopped) {
      const part = parts[next];
      if (!part) return sent();
      const waitMs = firstAtMs + part.startMs / delays.soundSpeed - clock.monotonicMs();
      if (waitMs > 0) {
        // Whole milliseconds: a fraction can be too small to move a clock on.
        cancelTimer = clock.startTimer(Math.ceil(waitMs), goOn);
        return;
      }
      next += 1;
      send(part);
    }
  };
  goOn();
  return () => {
    isStopped = true;
    cancelTimer();
  };
}
