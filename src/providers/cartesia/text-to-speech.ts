/** Cartesia as a maker of speech: its Sonic models over one socket for the whole call. */
import type { Clock } from '../../base/clock.ts';
import type { OpenSocket } from '../../base/raw-socket.ts';
import { speakOverSocket } from '../../ports/speak-over-socket.ts';
import type { TextToSpeech } from '../../ports/text-to-speech.ts';
import { createSonicCodec } from './sonic-codec.ts';

export interface CartesiaSpeakingOptions {
  apiKey: string;
  /** `http:` or `https:`, without a slash at its end. */
  baseUrl: string;
  /** Default `sonic-3`. */
  model?: string;
  /** The id of the voice that speaks where a request names none. */
  voice: string;
  openSocket: OpenSocket;
  clock: Clock;
  /** The longest that sound may be late; default 3000. */
  patienceMs?: number;
}

export function createCartesiaTextToSpeech(options: CartesiaSpeakingOptions): TextToSpeech {
  const { apiKey, baseUrl, model = 'sonic-3', openSocket, clock, patienceMs } = options;
  return {
    name: `cartesia/${model}`,
    tellsWordTimes: true,
    speak(request) {
      const voice = request.voice ?? options.voice;
      const createCodec = () => createSonicCodec({ apiKey, baseUrl, model, voice, language: request.language });
      const limits = patienceMs === undefined ? {} : { patienceMs };
      return speakOverSocket({ vendor: 'cartesia', openSocket, clock, createCodec, ...limits }, request);
    },
  };
}
