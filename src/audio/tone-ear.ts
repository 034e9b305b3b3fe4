/** Hears tones of machines in telephone sound: the beep of a mailbox when it is over, and the call of a fax machine. */
import { bytesPerMs, decodeMulaw, decodeMulawByte, telephoneHz } from './mulaw.ts';

export type MachineTone = 'beep' | 'fax';

export interface ToneEar {
  /** 10 to 30 ms of μ-law; gives the tone that has just become certain, else null. */
  hear(sound: Uint8Array): MachineTone | null;
}

/** T.30: a machine that answers sounds 2100 Hz for three seconds, one that calls 1100 Hz for half a second at a time. */
const faxTones = [
  { hz: 2100, withinHz: 20, leastMs: 400 },
  { hz: 1100, withinHz: 40, leastMs: 400 },
];
/** Of mailboxes, as they are in use; a person who hums or whistles does not hold one so purely. */
const beepHz = { from: 350, to: 1900 };
const beepMs = { least: 160, most: 3000 };
/** How far a tone may drift and still be the same. */
const driftHz = 12;
/** The share of the sound's power that a single tone leaves unexplained, at most. */
const mostRest = 0.01;
/** In samples; no two tones in use fit all of them. */
const longLags = [9, 16, 25];
/** Quieter is nothing, in power of a sample. */
const leastPower = 300 ** 2;
/** Sound of which every byte is quieter than that need not be looked at any further. */
const isLoud = Array.from({ length: 256 }, (_, byte) => decodeMulawByte(byte) ** 2 >= leastPower);

interface Sounding {
  hz: number;
  ms: number;
  told: boolean;
}

export function createToneEar(): ToneEar {
  let sounding: Sounding | null = null;
  return {
    hear(sound) {
      const ms = sound.length / bytesPerMs;
      const hz = toPureHz(sound);
      const before = sounding;
      if (hz !== null && before && Math.abs(hz - before.hz) <= driftHz) {
        before.ms += ms;
        const isNew = !before.told && isFax(before);
        before.told ||= isNew;
        return isNew ? 'fax' : null;
      }
      sounding = hz === null ? null : { hz, ms, told: false };
      return before && isBeep(before) ? 'beep' : null;
    },
  };
}

const isFax = ({ hz, ms }: Sounding) =>
  faxTones.some((tone) => Math.abs(hz - tone.hz) <= tone.withinHz && ms >= tone.leastMs);

const isBeep = ({ hz, ms, told }: Sounding) =>
  !told && hz >= beepHz.from && hz <= beepHz.to && ms >= beepMs.least && ms <= beepMs.most;

/**
 * Of a pure tone each sample is 2·cos Lω times the one L before less the one 2L before, for every L. The ω that fits
 * best with L = 1 says its pitch; what does not fit with longer ones is another tone beside it, or none at all.
 */
function toPureHz(sound: Uint8Array): number | null {
  if (!sound.some((byte) => isLoud[byte])) return null;
  const samples = decodeMulaw(sound);
  const { cosine, rest, power } = fitTone(samples, 1);
  if (power < leastPower || rest > mostRest || Math.abs(cosine) >= 1) return null;
  if (longLags.some((lag) => fitTone(samples, lag).rest > mostRest)) return null;
  return (Math.acos(cosine) * telephoneHz) / (2 * Math.PI);
}

/** `rest`: the share of what could be that does not fit. */
function fitTone(samples: Int16Array, lag: number): { cosine: number; rest: number; power: number } {
  let [cross, own, outer, count] = [0, 0, 0, 0];
  for (let at = 2 * lag; at < samples.length; at += 1) {
    const middle = samples[at - lag] ?? 0;
    const sum = (samples[at] ?? 0) + (samples[at - 2 * lag] ?? 0);
    cross += middle * sum;
    own += middle * middle;
    outer += sum * sum;
    count += 1;
  }
  if (own === 0) return { cosine: 1, rest: 1, power: 0 };
  return { cosine: cross / (2 * own), rest: (outer - (cross * cross) / own) / (4 * own), power: own / count };
}
