/** Bursts of noise, such as a cough: loud sound that is no speech. */
import { createSeededRandom } from '../base/random.ts';

export interface Noise {
  /** Length of each burst, one after another. */
  burstsMs: readonly number[];
  gapMs: number;
  sampleRateHz: number;
}

const peak = 12_000;
/** Time in which a burst falls to a third. */
const fallMs = 60;

/** Always the same noise. */
export function toNoiseSamples({ burstsMs, gapMs, sampleRateHz }: Noise): Int16Array {
  const random = createSeededRandom(7);
  const perMs = sampleRateHz / 1000;
  const totalMs = burstsMs.reduce((sum, ms) => sum + ms, 0) + gapMs * Math.max(0, burstsMs.length - 1);
  const samples = new Int16Array(Math.round(totalMs * perMs));
  let from = 0;
  for (const ms of burstsMs) {
    const length = Math.min(Math.round(ms * perMs), samples.length - from);
    for (let at = 0; at < length; at += 1) {
      const loudness = Math.exp(-at / perMs / fallMs) * Math.min(1, (length - at) / perMs);
      samples[from + at] = Math.round((random.fraction() * 2 - 1) * peak * loudness);
    }
    from += length + Math.round(gapMs * perMs);
  }
  return samples;
}
