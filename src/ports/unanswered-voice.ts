/** Voice that was sent to a recognizer and that nothing came back to; by it a deaf one is known from a patient one. */
import type { Clock } from '../base/clock.ts';

/** Of a longer time without sound the recognizer is not to blame: we or the line stood still. */
const longestGapMs = 100;

/** Of less voice there may be nothing to tell; within a turn it is a word. */
const tellingVoiceMs = { outsideTurns: 300, inTurn: 100 };

export interface UnansweredVoice {
  /** More voice was sent. */
  add(ms: number): void;
  /** Something came back. */
  clear(): void;
  /** Whether there is so much of it that there should be something to tell. */
  isTelling(isInTurn: boolean): boolean;
  /** The time without a word after which the recognizer must be taken for deaf, where it is over; else null. */
  tooLongMs(isInTurn: boolean): number | null;
}

/**
 * @param deafMs so much voice, and time, without anything coming back; for what is sent all at once the recognizer has as
 * long as if it were said now
 * @param stalledMs so much time in a turn, with voice that should have been told
 */
export function countUnanswered(
  clock: Clock,
  { deafMs, stalledMs }: { deafMs: number; stalledMs: number },
): UnansweredVoice {
  let voiceMs = 0;
  let sinceMs = clock.monotonicMs();
  let lastMs = sinceMs;
  /** The time since, but for that in which we or the line stood still. */
  let steadyMs = 0;
  const isTelling = (isInTurn: boolean) => voiceMs >= (isInTurn ? tellingVoiceMs.inTurn : tellingVoiceMs.outsideTurns);
  return {
    add(ms) {
      const nowMs = clock.monotonicMs();
      steadyMs += Math.min(nowMs - lastMs, longestGapMs);
      lastMs = nowMs;
      voiceMs += ms;
    },
    clear() {
      voiceMs = 0;
      steadyMs = 0;
      sinceMs = clock.monotonicMs();
      lastMs = sinceMs;
    },
    isTelling,
    tooLongMs(isInTurn) {
      const ms = clock.monotonicMs() - sinceMs;
      if (voiceMs >= deafMs && ms >= deafMs) return deafMs;
      return isInTurn && isTelling(isInTurn) && steadyMs >= stalledMs ? stalledMs : null;
    },
  };
}
