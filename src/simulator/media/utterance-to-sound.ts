/** The one place where words of the simulated world become telephone sound. */
import { encodeMulaw, telephoneHz } from '../../audio/mulaw.ts';
import { toSpeechSound } from '../../audio/speech-sound.ts';
import { toToneSamples } from '../../audio/tone.ts';
import { toSpeakingMs } from '../voice.ts';

const pitchHz = { person: 190, application: 115 };

/** μ-law, exactly as long as `toSpeakingMs` says. */
export function utteranceToSound(text: string, speaker: 'person' | 'application'): Uint8Array {
  return toSpeechSound({ text, ms: toSpeakingMs(text), pitchHz: pitchHz[speaker] });
}

function toTone(frequencyHz: number, ms: number): Uint8Array {
  return encodeMulaw(toToneSamples({ frequenciesHz: [frequencyHz], ms, sampleRateHz: telephoneHz, loudness: 0.3 }));
}

/** What an answering machine sounds after its greeting. */
export const beep = { ms: 1000, sound: toTone(1000, 1000) };

/** Stands for a sound file, which is not fetched. */
export function fileToSound(ms: number): Uint8Array {
  return toTone(440, ms);
}
