/** Pure tones, alone or together, such as beeps and keys. */

export interface Tone {
  /** Sounding at the same time. */
  frequenciesHz: readonly number[];
  ms: number;
  sampleRateHz: number;
  /** Of everything together, 0 to 1; 0.5 unless told. */
  loudness?: number;
}

/** Rises and falls over this long, so that it does not click. */
const edgeMs = 5;

export function toToneSamples({ frequenciesHz, ms, sampleRateHz, loudness = 0.5 }: Tone): Int16Array {
  const samples = new Int16Array(Math.round((ms * sampleRateHz) / 1000));
  const edge = Math.max(1, (edgeMs * sampleRateHz) / 1000);
  const peak = (32_767 * loudness) / Math.max(1, frequenciesHz.length);
  for (let at = 0; at < samples.length; at += 1) {
    const fade = Math.min(1, (at + 1) / edge, (samples.length - at) / edge);
    let sum = 0;
    for (const frequencyHz of frequenciesHz) sum += Math.sin((2 * Math.PI * frequencyHz * at) / sampleRateHz);
    samples[at] = Math.trunc(sum * peak * fade);
  }
  return samples;
}
