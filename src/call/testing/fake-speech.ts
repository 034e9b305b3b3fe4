/** Ears and a mouth of a vendor that a test plays: what is heard is told by the test, what is said becomes tone. */
import { bytesPerMs } from '../../audio/mulaw.ts';
import type { HearingEvent, SpeechToText } from '../../ports/speech-to-text.ts';
import type { Mouth, SpeakingEvent, TextToSpeech, WordTime } from '../../ports/text-to-speech.ts';
import { VendorFailed } from '../../ports/vendor-failed.ts';

export interface FakeEars extends SpeechToText {
  /** What the recognizer tells of the newest ears that are open. */
  tell(event: HearingEvent): void;
  fail(): void;
  readonly open: number;
  readonly heardMs: number;
  readonly settles: number;
}

export function createFakeEars(name = 'fake', endOfTurn: SpeechToText['endOfTurn'] = 'model'): FakeEars {
  const listeners: ((event: HearingEvent) => void)[] = [];
  let heardMs = 0;
  let settles = 0;
  return {
    name,
    endOfTurn,
    eager: true,
    tell: (event) => listeners.at(-1)?.(event),
    fail: () => listeners.pop()?.({ type: 'failed', error: new VendorFailed(name, 'vendor/refused', 'no') }),
    get open() {
      return listeners.length;
    },
    get heardMs() {
      return heardMs;
    },
    get settles() {
      return settles;
    },
    listen({ on }) {
      listeners.push(on);
      return {
        hear(sound) {
          heardMs += sound.length / bytesPerMs;
        },
        settle() {
          settles += 1;
        },
        close() {
          const at = listeners.indexOf(on);
          if (at >= 0) listeners.splice(at, 1);
        },
      };
    },
  };
}

export interface FakeMouths extends TextToSpeech {
  /** From now on it takes text and gives no sound. */
  isSilent: boolean;
  fail(): void;
  readonly open: number;
  readonly said: readonly string[];
}

/** Each word sounds this long. */
export const wordMs = 200;

export function createFakeMouths(name = 'fake'): FakeMouths {
  const listeners: ((event: SpeakingEvent) => void)[] = [];
  const said: string[] = [];
  const mouths: FakeMouths = {
    name,
    tellsWordTimes: true,
    isSilent: false,
    said,
    get open() {
      return listeners.length;
    },
    fail: () => listeners.pop()?.({ type: 'failed', error: new VendorFailed(name, 'vendor/refused', 'no') }),
    speak: ({ on }) => openMouth(on),
  };
  const openMouth = (on: (event: SpeakingEvent) => void): Mouth => {
    listeners.push(on);
    let newest = 0;
    let atMs = 0;
    const tell = (event: SpeakingEvent) =>
      queueMicrotask(() => {
        if (listeners.includes(on) && !mouths.isSilent) on(event);
      });
    return {
      say(utterance, text) {
        said.push(text);
        if (utterance !== newest) atMs = 0;
        newest = utterance;
        const words = text.split(' ').filter((word) => word !== '');
        const times: WordTime[] = words.map((word, index) => ({
          word,
          startMs: atMs + index * wordMs,
          endMs: atMs + (index + 1) * wordMs,
        }));
        atMs += words.length * wordMs;
        tell({ type: 'words', utterance, words: times });
        tell({ type: 'sound', utterance, sound: new Uint8Array(words.length * wordMs * bytesPerMs).fill(0x10) });
      },
      finish: (utterance) => tell({ type: 'spoken', utterance }),
      cancel() {},
      close() {
        const at = listeners.indexOf(on);
        if (at >= 0) listeners.splice(at, 1);
      },
    };
  };
  return mouths;
}
