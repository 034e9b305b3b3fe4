/** ElevenLabs as a recognizer of speech. */
import { toVoiceMs } from '../../audio/loudness.ts';
import type { Clock } from '../../base/clock.ts';
import type { OpenSocket } from '../../base/raw-socket.ts';
import { listenOverSocket } from '../../ports/listen-over-socket.ts';
import type { SpeechToText } from '../../ports/speech-to-text.ts';
import { createScribeCodec } from './speech-to-text-codec.ts';

export interface ElevenLabsHearingOptions {
  apiKey: string;
  /** Without `/v1`. */
  baseUrl: string;
  /** For example `scribe_v2_realtime`. */
  model: string;
  openSocket: OpenSocket;
  clock: Clock;
}

export function createElevenLabsSpeechToText(options: ElevenLabsHearingOptions): SpeechToText {
  const { model, openSocket, clock } = options;
  return {
    name: `elevenlabs/${model}`,
    endOfTurn: 'pause',
    eager: false,
    listen: (request) =>
      listenOverSocket(
        { vendor: 'elevenlabs', openSocket, clock, voiceMsIn: toVoiceMs, codec: createScribeCodec(options, request) },
        request,
      ),
  };
}
