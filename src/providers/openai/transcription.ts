/** OpenAI as a recognizer of speech. */
import { toVoiceMs } from '../../audio/loudness.ts';
import type { Clock } from '../../base/clock.ts';
import type { OpenSocket } from '../../base/raw-socket.ts';
import { listenOverSocket } from '../../ports/listen-over-socket.ts';
import type { SpeechToText } from '../../ports/speech-to-text.ts';
import { createTranscriptionCodec } from './transcription-codec.ts';

export interface OpenAiHearingOptions {
  apiKey: string;
  /** Up to and including `/v1`. */
  baseUrl: string;
  /** For example `gpt-live-transcribe`. */
  model: string;
  openSocket: OpenSocket;
  clock: Clock;
}

export function createOpenAiSpeechToText(options: OpenAiHearingOptions): SpeechToText {
  const { model, openSocket, clock } = options;
  return {
    name: `openai/${model}`,
    endOfTurn: 'pause',
    eager: false,
    listen: (request) =>
      listenOverSocket(
        {
          vendor: 'openai',
          openSocket,
          clock,
          voiceMsIn: toVoiceMs,
          codec: createTranscriptionCodec(options, request),
        },
        request,
      ),
  };
}
