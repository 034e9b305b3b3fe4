/** A voice of murmurs with the pace of speech: needs no time to make, and the same text always sounds the same. */
import { bytesPerMs } from '../../audio/mulaw.ts';
import { toSpeechSound } from '../../audio/speech-sound.ts';
import type { SpokenSound, Synthesize } from '../../audio/spoken-sound.ts';
import { toSpeakingMs } from '../voice.ts';
import { findWords } from './find-words.ts';

/** How high a voice speaks; those that are not named speak like the application. */
const pitchesHz: ReadonlyMap<string, number> = new Map([
  ['person', 190],
  ['application', 115],
]);
const usualPitchHz = 115;

/** Speaks at once, for exactly as long as `toSpeakingMs` says; its words are those between spaces. */
export function createSketchVoice(): Synthesize {
  return async (text, voice) => sketchSpeech(text, voice);
}

export function sketchSpeech(text: string, voice: string): SpokenSound {
  const pitchHz = pitchesHz.get(voice) ?? usualPitchHz;
  const sound = toSpeechSound({ text, ms: toSpeakingMs(text), pitchHz });
  const letterMs = sound.length / bytesPerMs / Math.max(1, text.length);
  const words = findWords(text).map(({ word, at }) => {
    return { text: word, startMs: at * letterMs, endMs: (at + word.length) * letterMs };
  });
  return { sound, words };
}
