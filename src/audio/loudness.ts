/** How loud a piece of telephone audio is. */
import { bytesPerMs, decodeMulawByte, mulawSilence } from './mulaw.ts';

/** Mean distance of μ-law samples from silence, 0 to 32124; 0 for nothing. */
export function toLoudness(mulaw: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < mulaw.length; at += 1) sum += Math.abs(decodeMulawByte(mulaw[at] ?? mulawSilence));
  return mulaw.length === 0 ? 0 : sum / mulaw.length;
}

/** Mean distance from silence of sound that may be a voice; a quiet line has less than a tenth of it. */
const voiceLoudness = 500;

/** How many milliseconds of a piece of sound, of 20 ms in usual, may be a voice: all of it or nothing. */
export function toVoiceMs(mulaw: Uint8Array): number {
  return toLoudness(mulaw) >= voiceLoudness ? mulaw.length / bytesPerMs : 0;
}
