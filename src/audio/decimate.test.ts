import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDecimator, toTripled } from './decimate.ts';
import { decodeMulaw, encodeMulaw } from './mulaw.ts';
import { toToneSamples } from './tone.ts';

function toBytes(samples: Int16Array): Uint8Array {
  const bytes = Buffer.alloc(samples.length * 2);
  for (const [at, sample] of samples.entries()) bytes.writeInt16LE(sample, at * 2);
  return bytes;
}

function decimate(bytes: Uint8Array, cuts: readonly number[] = []): number[] {
  const decimator = createDecimator();
  const edges = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length].sort(
    (left, right) => left - right,
  );
  const pieces = edges.slice(1).map((edge, at) => decimator.take(bytes.subarray(edges[at], edge)));
  return [...pieces, decimator.end()].flatMap((piece) => [...piece]);
}

const tone = (frequencyHz: number) =>
  toToneSamples({ frequenciesHz: [frequencyHz], ms: 200, sampleRateHz: 24_000, loudness: 0.5 });

/** Loudest sample of the middle, away from where the tone rises and falls. */
const peakOf = (samples: number[]) => Math.max(...samples.slice(400, 1200).map(Math.abs));

describe('a decimator', () => {
  it('gives a third of the samples, rounded up', () => {
    for (const length of [0, 1, 2, 3, 4, 96, 97, 98, 99, 4801]) {
      expect(decimate(toBytes(new Int16Array(length)))).toHaveLength(Math.ceil(length / 3));
    }
  });

  it.each([100, 440, 1000, 3000])('leaves %i Hz as it is', (frequencyHz) => {
    const told = decimate(toBytes(tone(frequencyHz)));
    const wanted = [...toToneSamples({ frequenciesHz: [frequencyHz], ms: 200, sampleRateHz: 8000, loudness: 0.5 })];
    const worst = Math.max(...told.slice(100, 1500).map((sample, at) => Math.abs(sample - (wanted[at + 100] ?? 0))));
    expect(worst).toBeLessThan(0.01 * 16_384);
  });

  it.each([4600, 5000, 7000, 8000, 9000, 11_900])(
    'lets nothing of %i Hz through, which would sound false',
    (frequencyHz) => {
      expect(peakOf(decimate(toBytes(tone(frequencyHz))))).toBeLessThan(0.001 * 16_384);
    },
  );

  it('does not overflow at the loudest', () => {
    const loud = Int16Array.from({ length: 3000 }, (_, at) => (at % 60 < 30 ? 32_767 : -32_768));
    const told = decimate(toBytes(loud));
    expect(Math.max(...told)).toBe(32_767);
    expect(Math.min(...told)).toBe(-32_768);
  });

  it('gives the same however the sound is cut, within samples too, and with nothing between', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.array(fc.nat(3000), { maxLength: 20 }), (bytes, cuts) => {
        expect(decimate(bytes, [...cuts, ...cuts])).toEqual(decimate(bytes));
      }),
    );
  });
});

describe('telephone sound tripled', () => {
  it('comes back byte by byte', () => {
    const quiet = fc.integer({ min: -12_000, max: 12_000 });
    fc.assert(
      fc.property(fc.array(quiet, { maxLength: 600 }), (samples) => {
        const mulaw = encodeMulaw(Int16Array.from(samples));
        const back = encodeMulaw(Int16Array.from(decimate(toTripled(decodeMulaw(mulaw)))));
        // Silence has two bytes.
        expect([...back].map((byte) => (byte === 0x7f ? 0xff : byte))).toEqual(
          [...mulaw].map((byte) => (byte === 0x7f ? 0xff : byte)),
        );
      }),
    );
  });
});
