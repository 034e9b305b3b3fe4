/** When the person was last heard, by our own ear. */
import type { Clock } from '../../../base/clock.ts';

export interface PersonVoice {
  readonly isSpeaking: boolean;
  /** The voice began or stopped; gives how long it sounded that stops. */
  turned(active: boolean): number;
  /** For how long nothing was heard; since the beginning when nothing ever was. */
  silentMs(): number;
  /** Milliseconds since the person stopped, once; null when nobody was waiting for an answer. */
  takeReplyMs(): number | null;
}

export function createPersonVoice(clock: Clock, speaks = false): PersonVoice {
  let changedAtMs = clock.monotonicMs();
  let isSpeaking = speaks;
  let isAnswered = !speaks;
  const sinceMs = () => Math.floor(clock.monotonicMs() - changedAtMs);
  return {
    get isSpeaking() {
      return isSpeaking;
    },
    turned(active) {
      if (active === isSpeaking) return 0;
      const voiceMs = active ? 0 : sinceMs();
      changedAtMs = clock.monotonicMs();
      isSpeaking = active;
      isAnswered = active;
      return voiceMs;
    },
    silentMs: () => (isSpeaking ? 0 : sinceMs()),
    takeReplyMs() {
      if (isAnswered) return null;
      isAnswered = true;
      return sinceMs();
    },
  };
}
