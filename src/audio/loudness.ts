/** How loud a piece of telephone audio is. */
import { decodeMulawByte, mulawSilence } from './mulaw.ts';

/** Mean distance of μ-law samples from silence, 0 to 32124; 0 for nothing. */
export function toLoudness(mulaw: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < mulaw.length; at += 1) sum += Math.abs(decodeMulawByte(mulaw[at] ?? mulawSilence));
  return mulaw.length === 0 ? 0 : sum / mulaw.length;
}
