/** Sound of 24 kHz, as some vendors make it, brought down to the telephone's 8 kHz. */

const factor = 3;
/** Samples on each side of the middle that weigh in: 2 ms. */
const reach = 48;
/** How steep against how clean: 60 dB down from 4.45 kHz up. */
const kaiserBeta = 5.65;
const taps = toTaps();
const middle = taps[reach] ?? 0;

/** One stream of sound; it holds what the next piece needs. */
export interface Decimator {
  /** 16-bit little-endian samples, mono, 24 kHz; cut anywhere, in the middle of a sample too. */
  take(piece: Uint8Array): Int16Array;
  /** What is left once the last piece was taken. As many samples as a third of all that came, rounded up. */
  end(): Int16Array;
}

export function createDecimator(): Decimator {
  // Starts with silence before the first sample, so that each sample out sits right on one in.
  let held = new Int16Array(reach);
  let half: number | null = null;
  let taken = 0;
  let given = 0;

  const thin = (samples: Int16Array, count: number): Int16Array => {
    const out = new Int16Array(count);
    for (let at = 0; at < count; at += 1) out[at] = toSample(weigh(samples, at * factor));
    given += count;
    held = samples.slice(count * factor);
    return out;
  };
  return {
    take(piece) {
      const bytes = piece.length + (half === null ? 0 : 1);
      const fresh = bytes >> 1;
      const samples = new Int16Array(held.length + fresh);
      samples.set(held);
      let from = 0;
      for (let at = 0; at < fresh; at += 1) {
        const low = half ?? piece[from++] ?? 0;
        half = null;
        samples[held.length + at] = low | ((piece[from++] ?? 0) << 8);
      }
      if (bytes % 2 === 1) half = half ?? piece[from] ?? 0;
      taken += fresh;
      return thin(samples, Math.max(0, Math.floor((samples.length - 2 * reach - 1) / factor) + 1));
    },
    end() {
      const samples = new Int16Array(held.length + reach + factor);
      samples.set(held);
      return thin(samples, Math.ceil(taken / factor) - given);
    },
  };
}

/**
 * Telephone sound at 24 kHz, 16-bit little-endian, of which `createDecimator` makes exactly the same again (sound close
 * to the loudest there is may be cut). For simulated vendors, so that nothing written into the sound is lost.
 */
export function toTripled(samples: Int16Array): Uint8Array {
  const spread = new Float64Array(samples.length * factor + 2 * reach);
  for (let at = 0; at < samples.length; at += 1) spread[reach + at * factor] = factor * (samples[at] ?? 0);
  const smooth = new Float64Array(spread.length);
  for (let at = 0; at < samples.length * factor; at += 1) {
    if (at % factor !== 0) smooth[reach + at] = toSample(weigh(spread, at));
  }
  // The filter takes no notice of a sample's neighbours at three, six, … from the middle. So each third sample makes up
  // for what rounding and the edges of the sound have done between, and disturbs no other.
  const tripled = Buffer.alloc(samples.length * factor * 2);
  for (let at = 0; at < samples.length * factor; at += 1) {
    const own = ((samples[at / factor] ?? 0) - weigh(smooth, at)) / middle;
    tripled.writeInt16LE(at % factor === 0 ? toSample(own) : (smooth[reach + at] ?? 0), at * 2);
  }
  return tripled;
}

function weigh(samples: Int16Array | Float64Array, from: number): number {
  let sum = 0;
  for (let tap = 0; tap < taps.length; tap += 1) sum += (taps[tap] ?? 0) * (samples[from + tap] ?? 0);
  return sum;
}

function toSample(value: number): number {
  return Math.max(-32_768, Math.min(32_767, Math.round(value)));
}

/** A third of the band, windowed after Kaiser; all weights together are 1. */
function toTaps(): Float64Array {
  const shape = Float64Array.from({ length: 2 * reach + 1 }, (_, at) => {
    const distance = at - reach;
    if (distance === 0) return 1 / factor;
    if (distance % factor === 0) return 0;
    const angle = (Math.PI * distance) / factor;
    const window = bessel(kaiserBeta * Math.sqrt(1 - (distance / (reach + 1)) ** 2)) / bessel(kaiserBeta);
    return (Math.sin(angle) / angle / factor) * window;
  });
  const sum = shape.reduce((total, weight) => total + weight, 0);
  return shape.map((weight) => weight / sum);
}

/** The modified Bessel function of the first kind, order zero. */
function bessel(x: number): number {
  let sum = 1;
  let term = 1;
  for (let order = 1; order < 25; order += 1) {
    term *= (x / 2 / order) ** 2;
    sum += term;
  }
  return sum;
}
