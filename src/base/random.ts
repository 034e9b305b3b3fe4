/** Where randomness comes from: the system's secure source, or a seed that gives the same again. */
import { randomBytes } from 'node:crypto';

export interface Random {
  /** A number from 0 up to, not including, 1. */
  fraction(): number;
  /** `count` random bytes; unpredictable unless the source is seeded. */
  bytes(count: number): Uint8Array;
}

export const systemRandom: Random = {
  fraction: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
  bytes: (count) => randomBytes(count),
};

/** The same numbers for the same seed (mulberry32); for simulations and tests, never for secrets. */
export function createSeededRandom(seed: number): Random {
  let state = seed >>> 0;
  const fraction = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    fraction,
    bytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(fraction() * 256)),
  };
}
