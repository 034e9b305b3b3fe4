/** Telephone sound in the formats that agents speak: μ-law, or linear samples at a multiple of 8 kHz. */
import { decodeMulaw, encodeMulawSample } from '../../../audio/mulaw.ts';

/** `pcmTimes` 2 stands for linear samples at 16 kHz, each sample of the telephone given twice. */
export type WireFormat = 'mulaw' | { pcmTimes: number };

const bytesPerSample = 2;
/** The other byte of silence: a sample of 0 would come back as the usual one. */
const negativeZero = 0x7f;

export function toWire(sound: Uint8Array, format: WireFormat): Uint8Array {
  if (format === 'mulaw') return sound;
  const samples = decodeMulaw(sound);
  const wire = new DataView(new ArrayBuffer(samples.length * format.pcmTimes * bytesPerSample));
  for (let at = 0; at < samples.length * format.pcmTimes; at += 1) {
    const from = Math.floor(at / format.pcmTimes);
    wire.setInt16(at * bytesPerSample, sound[from] === negativeZero ? -1 : (samples[from] ?? 0), true);
  }
  return new Uint8Array(wire.buffer);
}

/** Takes one sample of each group, so that what `toWire` gave comes back byte for byte; an odd rest is left out. */
export function fromWire(wire: Uint8Array, format: WireFormat): Uint8Array {
  if (format === 'mulaw') return wire;
  const view = new DataView(wire.buffer, wire.byteOffset, wire.byteLength);
  const step = format.pcmTimes * bytesPerSample;
  return Uint8Array.from({ length: Math.floor(wire.length / step) }, (_, at) =>
    encodeMulawSample(view.getInt16(at * step, true)),
  );
}
