/** What every simulated recognizer hears, measured by the sound itself: whole words, and when there is any voice. */
import { bytesPerMs, decodeMulawByte } from '../../audio/mulaw.ts';
import { createWordEar } from '../../audio/word-bits.ts';

/** Times are milliseconds of sound since the session's first. */
export interface HeardWord {
  text: string;
  startMs: number;
  endMs: number;
}

export interface HearingListener {
  /** Every word whose sound came to its end; words that broke off are left out. */
  word?(word: HeardWord): void;
  /** A word began, which may never come to its end. */
  wordBegan?(atMs: number): void;
  /** Sound as loud as a voice, with words or without, has begun or is gone. */
  voice?(active: boolean, atMs: number): void;
  /** 20 ms more were heard; called after all that these 20 ms told. */
  step?(atMs: number): void;
}

export interface Hearing {
  /** μ-law, 8 kHz, any length. */
  hear(sound: Uint8Array): void;
  readonly heardMs: number;
  /** How long there has been neither a word being said nor a voice. */
  readonly silentMs: number;
  /** How long there has been no word, whatever other sound there was. */
  readonly wordlessMs: number;
}

const stepMs = 20;
const stepBytes = stepMs * bytesPerMs;
/** Mean distance of samples from silence; a line's own noise is far below, a voice far above. */
const voiceLoudness = 400;
/** Steps of it that make a voice of a click. */
const voiceSteps = 3;
const quietSteps = 5;

export function createHearing(listener: HearingListener): Hearing {
  let heardBytes = 0;
  let loudness = 0;
  let [loud, quiet] = [0, quietSteps];
  let [isVoice, isInWord] = [false, false];
  let [wordStartMs, lastWordMs, lastSoundMs] = [0, 0, 0];
  const ear = createWordEar(({ type, text, atMs }) => {
    if (type === 'word-part') return;
    lastWordMs = atMs;
    isInWord = type === 'word-began';
    if (type === 'word-began') {
      wordStartMs = atMs;
      listener.wordBegan?.(atMs);
    } else if (type === 'word-heard') listener.word?.({ text, startMs: wordStartMs, endMs: atMs });
  });
  const step = () => {
    const atMs = heardBytes / bytesPerMs;
    const isLoud = loudness / stepBytes >= voiceLoudness;
    loudness = 0;
    loud = isLoud ? loud + 1 : 0;
    quiet = isLoud ? 0 : quiet + 1;
    if (isLoud || isInWord) lastSoundMs = atMs;
    if (!isVoice && loud >= voiceSteps) {
      isVoice = true;
      listener.voice?.(true, atMs);
    } else if (isVoice && quiet >= quietSteps && !isInWord) {
      isVoice = false;
      listener.voice?.(false, atMs);
    }
    listener.step?.(atMs);
  };
  return {
    hear(sound) {
      let from = 0;
      while (from < sound.length) {
        const until = Math.min(sound.length, from + stepBytes - (heardBytes % stepBytes));
        ear.hear(sound.subarray(from, until));
        for (let at = from; at < until; at += 1) loudness += Math.abs(decodeMulawByte(sound[at] ?? 0));
        heardBytes += until - from;
        from = until;
        if (heardBytes % stepBytes === 0) step();
      }
    },
    get heardMs() {
      return heardBytes / bytesPerMs;
    },
    get silentMs() {
      return heardBytes / bytesPerMs - Math.max(lastSoundMs, lastWordMs);
    },
    get wordlessMs() {
      return isInWord ? 0 : heardBytes / bytesPerMs - lastWordMs;
    },
  };
}

/** The words as a recognizer writes them that leaves capitals and marks out. */
export function toBareWord(word: string): string {
  return word.toLowerCase().replace(/[^\p{L}\p{N}'-]+/gu, '');
}

export function toTranscript(words: readonly HeardWord[]): string {
  return words.map(({ text }) => text).join(' ');
}
