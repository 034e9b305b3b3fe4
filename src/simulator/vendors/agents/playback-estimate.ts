/** What a vendor can know of how much of its sound was heard: it plays from when it was sent, without a break. */
import type { Clock } from '../../../base/clock.ts';

export interface PlaybackEstimate {
  /** So much more sound was sent. */
  add(ms: number): void;
  /** The far side threw away what had not sounded. */
  clear(): void;
  /** How much sound was sent and not thrown away. */
  readonly sentMs: number;
  /** How much must have sounded by now of all that was ever sent and not thrown away. */
  readonly playedMs: number;
  /** Until all of it has sounded; 0 when nothing sounds. */
  readonly restMs: number;
}

export function createPlaybackEstimate(clock: Clock): PlaybackEstimate {
  let sentMs = 0;
  let endsAtMs = Number.NEGATIVE_INFINITY;
  const restMs = () => Math.max(0, endsAtMs - clock.monotonicMs());
  return {
    add(ms) {
      endsAtMs = Math.max(endsAtMs, clock.monotonicMs()) + ms;
      sentMs += ms;
    },
    clear() {
      sentMs -= restMs();
      endsAtMs = Number.NEGATIVE_INFINITY;
    },
    get sentMs() {
      return sentMs;
    },
    get playedMs() {
      return sentMs - restMs();
    },
    get restMs() {
      return restMs();
    },
  };
}
