/** Sounds on a line that are no speech: a beep, a cough, and what stands for a sound file. */
import { encodeMulaw, telephoneHz } from '../../audio/mulaw.ts';
import { toNoiseSamples } from '../../audio/noise.ts';
import { toToneSamples } from '../../audio/tone.ts';

function toTone(frequencyHz: number, ms: number): Uint8Array {
  return encodeMulaw(toToneSamples({ frequenciesHz: [frequencyHz], ms, sampleRateHz: telephoneHz, loudness: 0.3 }));
}

/** What an answering machine sounds after its greeting. */
export const beep = toTone(1000, 1000);

/** What a fax machine that answers sounds (T.30, called station identification). */
export const faxTone = toTone(2100, 3000);

/** Two bursts of noise. */
export const cough = encodeMulaw(toNoiseSamples({ burstsMs: [180, 160], gapMs: 60, sampleRateHz: telephoneHz }));

/** Stands for a sound file, which is not fetched. */
export function fileToSound(ms: number): Uint8Array {
  return toTone(440, ms);
}
