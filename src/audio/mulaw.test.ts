import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMulaw, decodeMulawByte, encodeMulaw, encodeMulawSample, mulawSilence } from './mulaw.ts';

describe('μ-law', () => {
  it('has the values of the standard at its corners', () => {
    expect([0xff, 0x7f, 0x80, 0x00, 0xf0, 0xef].map(decodeMulawByte)).toEqual([0, 0, 32_124, -32_124, 120, 132]);
    expect([0, 32_767, -32_768, 120, 132].map(encodeMulawSample)).toEqual([mulawSilence, 0x80, 0x00, 0xf0, 0xef]);
  });

  it('gives every byte back, but for the second way to write zero', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const again = encodeMulaw(decodeMulaw(bytes));
    expect(Array.from(again)).toEqual(Array.from(bytes, (byte) => (byte === 0x7f ? mulawSilence : byte)));
  });

  it('is never further off than half a step of its loudness', () => {
    fc.assert(
      fc.property(fc.integer({ min: -32_124, max: 32_124 }), (sample) => {
        const error = Math.abs(decodeMulawByte(encodeMulawSample(sample)) - sample);
        expect(error).toBeLessThanOrEqual((Math.abs(sample) + 132) / 32);
      }),
    );
  });
});
