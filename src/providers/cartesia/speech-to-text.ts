/** Cartesia as a recognizer of speech; the model's name says which of its two protocols it speaks. */
import { toLoudness } from '../../audio/loudness.ts';
import { bytesPerMs } from '../../audio/mulaw.ts';
import type { Clock } from '../../base/clock.ts';
import type { OpenSocket } from '../../base/raw-socket.ts';
import { listenOverSocket } from '../../ports/listen-over-socket.ts';
import type { SpeechToText } from '../../ports/speech-to-text.ts';
import { createManualCodec } from './manual-codec.ts';
import { createTurnsCodec } from './turns-codec.ts';

export interface CartesiaHearingOptions {
  apiKey: string;
  /** `http:` or `https:`, without a slash at its end. */
  baseUrl: string;
  /** Default `ink-2`. */
  model?: string;
  openSocket: OpenSocket;
  clock: Clock;
}

/** Mean distance from silence of sound that may be a voice; a quiet line has less than a tenth of it. */
const voiceLoudness = 500;
/** It tells nothing while there is no speech, and music may be as loud as a voice for a while. */
const deafMs = 15_000;

export function createCartesiaSpeechToText(options: CartesiaHearingOptions): SpeechToText {
  const { model = 'ink-2', openSocket, clock } = options;
  const hasTurns = !model.startsWith('ink-whisper');
  const createCodec = hasTurns ? createTurnsCodec : createManualCodec;
  return {
    name: `cartesia/${model}`,
    endOfTurn: hasTurns ? 'model' : 'none',
    eager: hasTurns,
    listen: (request) =>
      listenOverSocket(
        {
          vendor: 'cartesia',
          openSocket,
          clock,
          voiceMsIn,
          deafMs,
          codec: createCodec({ ...options, model }, request),
        },
        request,
      ),
  };
}

function voiceMsIn(sound: Uint8Array): number {
  return toLoudness(sound) >= voiceLoudness ? sound.length / bytesPerMs : 0;
}
