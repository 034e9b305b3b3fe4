/** Tells from the energy of telephone sound whether somebody may be speaking, above whatever noise the line has. */
import { bytesPerMs, decodeMulawByte, mulawSilence } from './mulaw.ts';

export interface VoiceActivity {
  /** 10 to 30 ms of μ-law; tells when speech begins or has ended, else null. */
  hear(sound: Uint8Array): 'began' | 'ended' | null;
  /** How much quiet was heard since the last sound that may be speech. */
  readonly quietMs: number;
}

/** Levels are decibels below the loudest sine that the telephone can carry. */
const quietestSpeechDb = -43;
const quietestNoiseDb = -64;
/** What a line is taken for until it was listened to, so that the first word of a call is speech at once. */
const usualNoiseDb = -52;
/** Speech begins so far above the noise, and goes on down to a little less. */
const beginsAboveDb = 12;
const goesOnAboveDb = 8;
/** Shorter sound is a cough, a click or a key. */
export const beginsAfterMs = 60;
/** Speech has ended after so much quiet. */
export const endsAfterMs = 300;
/** The noise is the least that was heard in this long, which speech with its pauses does not fill. */
const noisePieces = 8;
const noisePieceMs = 300;

const loudest = 32_124;
/** The square of each byte's sample. */
const energies = Float64Array.from({ length: 256 }, (_, byte) => decodeMulawByte(byte) ** 2);

function toLevelDb(sound: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < sound.length; at += 1) sum += energies[sound[at] ?? mulawSilence] ?? 0;
  return sum === 0 ? -120 : 10 * Math.log10((2 * sum) / (sound.length * loudest * loudest));
}

export function createVoiceActivity(): VoiceActivity {
  let isSpeech = false;
  let loudMs = 0;
  let quietMs = Number.POSITIVE_INFINITY;
  const noise = createNoiseFloor();
  return {
    get quietMs() {
      return quietMs;
    },
    hear(sound) {
      if (sound.length === 0) return null;
      const ms = sound.length / bytesPerMs;
      const levelDb = toLevelDb(sound);
      const aboveDb = levelDb - noise.hear(levelDb, ms);
      if (isSpeech) {
        quietMs = aboveDb >= goesOnAboveDb ? 0 : quietMs + ms;
        if (quietMs < endsAfterMs) return null;
        isSpeech = false;
        loudMs = 0;
        return 'ended';
      }
      quietMs += ms;
      loudMs = aboveDb >= beginsAboveDb && levelDb >= quietestSpeechDb ? loudMs + ms : 0;
      if (loudMs < beginsAfterMs) return null;
      isSpeech = true;
      quietMs = 0;
      return 'began';
    },
  };
}

/** The least level of the last seconds, kept as the least of each piece of them. */
function createNoiseFloor(): { hear(levelDb: number, ms: number): number } {
  const least = new Float64Array(noisePieces).fill(usualNoiseDb);
  let at = 0;
  let pieceMs = 0;
  let floorDb = usualNoiseDb;
  return {
    hear(levelDb, ms) {
      const level = Math.max(levelDb, quietestNoiseDb);
      pieceMs += ms;
      if (pieceMs > noisePieceMs) {
        pieceMs = ms;
        at = (at + 1) % noisePieces;
        least[at] = level;
        floorDb = Math.min(...least);
      } else if (level < (least[at] ?? level)) {
        least[at] = level;
        floorDb = Math.min(floorDb, level);
      }
      return floorDb;
    },
  };
}
