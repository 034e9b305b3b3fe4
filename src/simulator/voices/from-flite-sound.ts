/** Brings what Flite speaks (16 kHz) to the telephone: 8 kHz, as loud as people on the phone are, μ-law. */
import { encodeMulawSample } from '../../audio/mulaw.ts';

const wavHeaderBytes = 44;
/** −20 dB below the loudest there is. */
const wantedLoudness = 32_768 / 10;
const loudestPeak = 32_000;
/** Quieter than this is a pause and says nothing of how loud the voice is. */
const leastLoudness = 300;

/** Samples on each side of the middle that weigh in. */
const reach = 40;
const cutoff = 3600 / 16_000;
const taps = toTaps();

/** A low-pass that ends below 4 kHz, windowed after Blackman; all weights together are 1. */
function toTaps(): Float64Array {
  const shape = Float64Array.from({ length: 2 * reach + 1 }, (_, at) => {
    const distance = at - reach;
    const sinc = distance === 0 ? 2 * cutoff : Math.sin(2 * Math.PI * cutoff * distance) / (Math.PI * distance);
    const phase = (2 * Math.PI * (at + 1)) / (2 * reach + 2);
    return sinc * (0.42 - 0.5 * Math.cos(phase) + 0.08 * Math.cos(2 * phase));
  });
  const sum = shape.reduce((total, weight) => total + weight, 0);
  return shape.map((weight) => weight / sum);
}

/** Every second sample of a filtered sound. */
export function halveRate(samples: Int16Array): Float64Array {
  const halved = new Float64Array(Math.ceil(samples.length / 2));
  for (let at = 0; at < halved.length; at += 1) {
    let sum = 0;
    for (let tap = 0; tap < taps.length; tap += 1) sum += (taps[tap] ?? 0) * (samples[at * 2 + tap - reach] ?? 0);
    halved[at] = sum;
  }
  return halved;
}

function toGain(samples: Float64Array): number {
  let [sum, count, peak] = [0, 0, 1];
  for (const sample of samples) {
    const loudness = Math.abs(sample);
    if (loudness > peak) peak = loudness;
    if (loudness < leastLoudness) continue;
    sum += loudness * loudness;
    count += 1;
  }
  return count === 0 ? 1 : Math.min(wantedLoudness / Math.sqrt(sum / count), loudestPeak / peak);
}

/** `wav` is 16 kHz, 16 bits, mono, behind a header of 44 bytes. */
export function fromFliteSound(wav: Uint8Array): Uint8Array {
  const view = new DataView(wav.buffer, wav.byteOffset, wav.byteLength);
  const samples = new Int16Array(Math.max(0, (wav.length - wavHeaderBytes) >> 1));
  for (let at = 0; at < samples.length; at += 1) samples[at] = view.getInt16(wavHeaderBytes + at * 2, true);
  const halved = halveRate(samples);
  const gain = toGain(halved);
  return Uint8Array.from(halved, (sample) => encodeMulawSample(Math.round(sample * gain)));
}
