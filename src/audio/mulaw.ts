/** G.711 μ-law, the telephone's eight bits for a sample of sixteen. */

/** Telephone audio is sampled this often. */
export const telephoneHz = 8000;
/** Bytes (and samples) of telephone audio in a millisecond. */
export const bytesPerMs = telephoneHz / 1000;
export const mulawSilence = 0xff;

export const silentSound = (bytes: number) => new Uint8Array(bytes).fill(mulawSilence);

const bias = 0x84;
const loudest = 32_635;

const linear = Int16Array.from({ length: 256 }, (_, byte) => {
  const flipped = ~byte & 0xff;
  const magnitude = (((flipped & 0x0f) << 3) + bias) << ((flipped & 0x70) >> 4);
  return flipped & 0x80 ? bias - magnitude : magnitude - bias;
});

/** The sample a μ-law byte stands for, −32124 to 32124. */
export function decodeMulawByte(byte: number): number {
  return linear[byte & 0xff] ?? 0;
}

/** The μ-law byte nearest below a sample; louder than μ-law can say is cut to its loudest. */
export function encodeMulawSample(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), loudest) + bias;
  const exponent = 24 - Math.clz32(magnitude);
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

export function decodeMulaw(bytes: Uint8Array): Int16Array {
  const samples = new Int16Array(bytes.length);
  for (let at = 0; at < bytes.length; at += 1) samples[at] = linear[bytes[at] ?? mulawSilence] ?? 0;
  return samples;
}

export function encodeMulaw(samples: Int16Array): Uint8Array {
  const bytes = new Uint8Array(samples.length);
  for (let at = 0; at < samples.length; at += 1) bytes[at] = encodeMulawSample(samples[at] ?? 0);
  return bytes;
}
