/**
 * The person's sound as the carrier sends it, made whole: frames of 20 ms in their order and place, silence where some
 * were lost, nothing twice.
 */
import { bytesPerMs, mulawSilence } from '../../../audio/mulaw.ts';
import { frameBytes, frameMs } from '../../../audio/telephone-frame.ts';
import type { Clock } from '../../../base/clock.ts';

export interface IncomingSound {
  hear(sound: Uint8Array, timestampMs: number): void;
}

/** A longer gap is told as that much silence; what follows still has its true place. */
const mostFilledBytes = 2000 * bytesPerMs;
/** A timestamp this far ahead of our own clock means nothing. */
const mostAheadMs = 5000;
/** After so much that seems to have been told before, the timestamps have begun anew. */
const mostLateFrames = 50;

const silence = new Uint8Array(frameBytes).fill(mulawSilence);

/** `tell` gets 20 ms of sound, and where they begin: milliseconds since the stream's first sound. */
export function createIncomingSound(clock: Clock, tell: (sound: Uint8Array, atMs: number) => void): IncomingSound {
  let startedAtMs: number | null = null;
  /** Where the timestamps count from. */
  let originMs = 0;
  /** How much was heard or filled, all in all: where the next sound belongs. */
  let heardBytes = 0;
  let rest: Uint8Array = silence.subarray(0, 0);
  let lateFrames = 0;

  const take = (sound: Uint8Array) => {
    if (rest.length === 0 && sound.length === frameBytes) {
      tell(sound, heardBytes / bytesPerMs);
      heardBytes += frameBytes;
      return;
    }
    const all = rest.length === 0 ? sound : Buffer.concat([rest, sound]);
    const at = heardBytes - rest.length;
    heardBytes += sound.length;
    let from = 0;
    for (; from + frameBytes <= all.length; from += frameBytes) {
      tell(all.subarray(from, from + frameBytes), (at + from) / bytesPerMs);
    }
    rest = all.subarray(from);
  };
  const fill = (gapBytes: number) => {
    const missing = (frameBytes - rest.length) % frameBytes;
    if (missing > 0) take(silence.subarray(0, missing));
    const gap = gapBytes - missing;
    heardBytes += Math.max(0, gap - mostFilledBytes);
    for (let filled = Math.min(gap, mostFilledBytes); filled >= frameBytes; filled -= frameBytes) take(silence);
  };
  /** Where it belongs, against where the sound before it ended; 0 when its timestamp tells nothing. */
  const gapBefore = (timestampMs: number): number => {
    const nowMs = clock.monotonicMs();
    if (startedAtMs === null) {
      startedAtMs = nowMs;
      originMs = timestampMs;
    }
    const heardMs = heardBytes / bytesPerMs;
    const gapMs = timestampMs === 0 ? 0 : timestampMs - originMs - heardMs;
    const isAhead = gapMs >= frameMs && heardMs + gapMs > nowMs - startedAtMs + mostAheadMs;
    if (!isAhead && (gapMs > -frameMs || lateFrames < mostLateFrames)) return gapMs * bytesPerMs;
    originMs += gapMs;
    return 0;
  };
  return {
    hear(sound, timestampMs) {
      if (sound.length === 0) return;
      const gap = gapBefore(timestampMs);
      if (gap <= -frameBytes) {
        lateFrames += 1;
        return;
      }
      lateFrames = 0;
      if (gap >= frameBytes) fill(gap);
      take(sound);
    },
  };
}
