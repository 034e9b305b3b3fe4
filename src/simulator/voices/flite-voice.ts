/** A voice that can be listened to, made on this machine without any account: Flite, in a thread of its own. */
import { bytesPerMs } from '../../audio/mulaw.ts';
import type { SpokenSound, Synthesize } from '../../audio/spoken-sound.ts';
import type { Clock } from '../../base/clock.ts';
import { type FliteAnswer, type FliteOrder, startFliteThread } from './flite-thread.ts';
import { parsePhones, placeWords } from './place-words.ts';
import { sketchSpeech } from './sketch-voice.ts';
import { SpeechCache } from './speech-cache.ts';
import { toPlainLetters } from './to-plain-letters.ts';

export interface FliteVoice {
  /** Voices `slt` (a woman) and `rms` (a man); `person` is slt, every other name rms. What it cannot say, the sketch voice does. */
  synthesize: Synthesize;
  /** Ends the thread; the sketch voice speaks from then on. */
  close(): Promise<void>;
}

/** Beyond this the sketch voice speaks instead. */
const longestWaitMs = 15_000;
/** The silence that is left before the first word, and after the last. */
const leadMs = 30;
const trailMs = 150;

function toFliteVoice(voice: string): FliteOrder['voice'] {
  return voice === 'slt' || voice === 'person' ? 'slt' : 'rms';
}

/** The thread starts with the first text. */
export function createFliteVoice({ clock }: { clock: Clock }): FliteVoice {
  let thread: ReturnType<typeof startFliteThread> | null = null;
  let isClosed = false;
  const cache = new SpeechCache();
  const ask = (text: string, voice: FliteOrder['voice']) => {
    thread ??= startFliteThread();
    const { promise, resolve } = Promise.withResolvers<FliteAnswer | null>();
    const cancel = clock.startTimer(longestWaitMs, () => resolve(null));
    void thread.speak(text, voice).then(resolve);
    return promise.finally(cancel);
  };
  const speak = async (text: string, voice: FliteOrder['voice']): Promise<SpokenSound | null> => {
    const letters = toPlainLetters(text);
    return letters === null || isClosed ? null : toSpeech(text, await ask(letters, voice));
  };
  return {
    async synthesize(text, voice) {
      const fliteVoice = toFliteVoice(voice);
      const spoken = await cache.take(`${fliteVoice} ${text}`, () => speak(text, fliteVoice));
      return spoken ?? sketchSpeech(text, voice);
    },
    async close() {
      isClosed = true;
      await thread?.close();
    },
  };
}

function toSpeech(text: string, answer: FliteAnswer | null): SpokenSound | null {
  if (!answer?.sound) return null;
  const placed = placeWords(text, parsePhones(answer.phones));
  const [first, last] = [placed[0], placed.at(-1)];
  if (!first || !last || last.endMs === 0) return null;
  const fromMs = Math.max(0, Math.floor(first.startMs - leadMs));
  const sound = answer.sound.subarray(fromMs * bytesPerMs, Math.round((last.endMs + trailMs) * bytesPerMs));
  const words = placed.map((word) => ({
    ...word,
    startMs: word.startMs - fromMs,
    endMs: word.endMs - fromMs,
  }));
  return { sound, words };
}
