/** A sound that has the shape of speech and says nothing: one short grain for each letter, a breath for each space. */
import { encodeMulawSample, mulawSilence, telephoneHz } from './mulaw.ts';

export interface SpeechSound {
  text: string;
  /** Length of the sound; the text is spread evenly over it. */
  ms: number;
  /** Height of the voice, about 80 to 300. */
  pitchHz: number;
}

/** Formants of five vowels (a, e, i, o, u), which letters share by turns. */
const formants = [
  [730, 1090],
  [530, 1840],
  [270, 2290],
  [570, 840],
  [300, 870],
] as const;
/** Longer than a letter ever takes at speaking pace. */
const grainMs = 100;
const peak = 27_000;
const grains = new Map<string, Uint8Array>();

/** A harmonic sum weighted by how near each harmonic is to a formant. */
function makeGrain(pitchHz: number, vowel: number): Uint8Array {
  const [first, second] = formants[vowel % formants.length] ?? formants[0];
  const harmonics: { hz: number; weight: number }[] = [];
  for (let hz = pitchHz; hz < 3400; hz += pitchHz) {
    const near = (formant: number) => 1 / (1 + ((hz - formant) / 150) ** 2);
    harmonics.push({ hz, weight: near(first) + near(second) / 2 + 0.05 });
  }
  const total = harmonics.reduce((sum, { weight }) => sum + weight, 0);
  const length = (grainMs * telephoneHz) / 1000;
  return Uint8Array.from({ length }, (_, at) => {
    let value = 0;
    for (const { hz, weight } of harmonics) value += weight * Math.sin((2 * Math.PI * hz * at) / telephoneHz);
    return encodeMulawSample(Math.round((value / total) * peak));
  });
}

function grainOf(pitchHz: number, vowel: number): Uint8Array {
  const key = `${pitchHz} ${vowel}`;
  const known = grains.get(key);
  if (known) return known;
  const grain = makeGrain(pitchHz, vowel);
  grains.set(key, grain);
  return grain;
}

/** μ-law, 8 kHz; the same text always sounds the same. */
export function toSpeechSound({ text, ms, pitchHz }: SpeechSound): Uint8Array {
  const sound = new Uint8Array(Math.round((ms * telephoneHz) / 1000)).fill(mulawSilence);
  const perLetter = sound.length / Math.max(1, text.length);
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const isBreath = code <= 0x20 || (code < 0x30 && code !== 0x27);
    if (isBreath) continue;
    const from = Math.floor(index * perLetter);
    const until = Math.min(Math.floor((index + 1) * perLetter), sound.length);
    const grain = grainOf(pitchHz, code % formants.length);
    for (let at = from; at < until; at += grain.length)
      sound.set(grain.subarray(0, Math.min(grain.length, until - at)), at);
  }
  return sound;
}
