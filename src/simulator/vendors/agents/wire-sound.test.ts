import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromWire, toWire } from './wire-sound.ts';

describe('telephone sound as linear samples', () => {
  it('comes back byte for byte, both bytes of silence too, at every rate', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), fc.constantFrom(1, 2, 3, 6), (sound, pcmTimes) => {
        const wire = toWire(sound, { pcmTimes });
        expect(wire).toHaveLength(sound.length * pcmTimes * 2);
        expect(fromWire(wire, { pcmTimes })).toEqual(sound);
      }),
    );
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    expect(fromWire(toWire(all, { pcmTimes: 3 }), { pcmTimes: 3 })).toEqual(all);
  });

  it('is what it was as μ-law, and a rest of a sample is left out', () => {
    const sound = Uint8Array.of(1, 2, 3);
    expect([toWire(sound, 'mulaw'), fromWire(sound, 'mulaw')]).toEqual([sound, sound]);
    expect(fromWire(Uint8Array.of(0, 0, 0), { pcmTimes: 1 })).toHaveLength(1);
  });
});
