/** Deepgram as a recognizer of speech; the model's name says which of its two protocols it speaks. */

import { toLoudness } from '../../audio/loudness.ts';
import { bytesPerMs } from '../../audio/mulaw.ts';
import type { Clock } from '../../base/clock.ts';
import type { OpenSocket } from '../../base/raw-socket.ts';
import { listenOverSocket } from '../../ports/listen-over-socket.ts';
import type { SpeechToText } from '../../ports/speech-to-text.ts';
import { createFluxCodec } from './flux-codec.ts';
import { createNovaCodec } from './nova-codec.ts';

export interface DeepgramHearingOptions {
  apiKey: string;
  /** `http:` or `https:`, without a slash at its end. */
  baseUrl: string;
  /** Default `flux-general-en`. */
  model?: string;
  openSocket: OpenSocket;
  clock: Clock;
}

/** Flux tells how a turn stands every 250 ms. */
const fluxStalledMs = 2000;
/** Mean distance from silence of sound that may be a voice; a quiet line has less than a tenth of it. */
const voiceLoudness = 500;

export function createDeepgramSpeechToText(options: DeepgramHearingOptions): SpeechToText {
  const { model = 'flux-general-en', openSocket, clock } = options;
  const isFlux = model.startsWith('flux');
  const createCodec = isFlux ? createFluxCodec : createNovaCodec;
  return {
    name: `deepgram/${model}`,
    endOfTurn: isFlux ? 'model' : 'pause',
    eager: isFlux,
    listen: (request) =>
      listenOverSocket(
        {
          ...{ vendor: 'deepgram', openSocket, clock, voiceMsIn, codec: createCodec({ ...options, model }, request) },
          ...(isFlux ? { stalledMs: fluxStalledMs } : {}),
        },
        request,
      ),
  };
}

function voiceMsIn(sound: Uint8Array): number {
  return toLoudness(sound) >= voiceLoudness ? sound.length / bytesPerMs : 0;
}
