/** Deepgram as a maker of speech: its Aura voices. */
import type { Clock } from '../../base/clock.ts';
import type { OpenSocket } from '../../base/raw-socket.ts';
import { speakOverSocket } from '../../ports/speak-over-socket.ts';
import type { TextToSpeech } from '../../ports/text-to-speech.ts';
import { createAuraCodec } from './aura-codec.ts';

export interface DeepgramSpeakingOptions {
  apiKey: string;
  /** `http:` or `https:`, without a slash at its end. */
  baseUrl: string;
  /** The voice that speaks where a request names none; default `aura-2-thalia-en`. */
  model?: string;
  openSocket: OpenSocket;
  clock: Clock;
  /** The longest that sound may be late; default 3000. */
  patienceMs?: number;
}

/** At Deepgram a voice is a model of its own, and speaks one language. */
export function createDeepgramTextToSpeech(options: DeepgramSpeakingOptions): TextToSpeech {
  const { apiKey, baseUrl, model = 'aura-2-thalia-en', openSocket, clock, patienceMs } = options;
  return {
    name: `deepgram/${model}`,
    tellsWordTimes: false,
    speak(request) {
      const voice = request.voice ?? model;
      const createCodec = () => createAuraCodec({ apiKey, baseUrl, voice, nowMs: () => clock.monotonicMs() });
      const limits = patienceMs === undefined ? {} : { patienceMs };
      return speakOverSocket({ vendor: 'deepgram', openSocket, clock, createCodec, ...limits }, request);
    },
  };
}
