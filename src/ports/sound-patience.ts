/** How long sound that is owed to us may be late, measured by the ear that listens to it. */
import type { CancelTimer, Clock } from '../base/clock.ts';

/** Bytes of μ-law at 8 kHz in a millisecond. */
const bytesPerMs = 8;

export interface SoundPatience {
  /** Sound is owed from now on, if it was not already. */
  expect(): void;
  /**
   * Sound came. While more is owed it gives as much more time as it takes to hear, so that neither a vendor that stops
   * nor one that drips goes on for ever; otherwise nothing is owed any more.
   */
  heard(sound: Uint8Array, isMoreOwed: boolean): void;
  /** Nothing is owed; no timer is left. */
  rest(): void;
}

export function createSoundPatience(clock: Clock, patienceMs: number, onExpired: () => void): SoundPatience {
  let deadlineMs: number | null = null;
  let stopTimer: CancelTimer = () => {};
  const arm = (deadline: number) => {
    stopTimer = clock.startTimer(deadline - clock.monotonicMs(), () => {
      if (deadlineMs === null) return;
      if (deadlineMs > clock.monotonicMs()) return arm(deadlineMs);
      deadlineMs = null;
      onExpired();
    });
  };
  const rest = () => {
    deadlineMs = null;
    stopTimer();
  };
  return {
    rest,
    expect() {
      if (deadlineMs !== null) return;
      deadlineMs = clock.monotonicMs() + patienceMs;
      arm(deadlineMs);
    },
    heard(sound, isMoreOwed) {
      if (deadlineMs === null) return;
      if (isMoreOwed) deadlineMs += sound.length / bytesPerMs;
      else rest();
    },
  };
}
