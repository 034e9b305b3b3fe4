/** ElevenLabs' voices: one socket for a call, one context for an utterance, with the times of its words. */
import type { Clock } from '../../base/clock.ts';
import type { OpenSocket } from '../../base/raw-socket.ts';
import { type SpeakingCodec, speakOverSocket } from '../../ports/speak-over-socket.ts';
import type { SpeakingRequest, TextToSpeech } from '../../ports/text-to-speech.ts';
import { createContextQueue } from './context-queue.ts';
import { decodeSpeech, speechFrames, toSpeechTarget } from './text-to-speech-codec.ts';

export interface ElevenLabsSpeechOptions {
  apiKey: string;
  /** Without `/v1`. */
  baseUrl: string;
  /** For example `eleven_flash_v2_5`. */
  model: string;
  /** The voice where a call names none. */
  voice: string;
  openSocket: OpenSocket;
  clock: Clock;
}

/** A context is closed by the vendor when it hears nothing of it for a minute. */
const keepAliveMs = 15_000;

export function createElevenLabsTextToSpeech(options: ElevenLabsSpeechOptions): TextToSpeech {
  const { model, openSocket, clock } = options;
  return {
    name: `elevenlabs/${model}`,
    tellsWordTimes: true,
    speak: (request) =>
      speakOverSocket(
        { vendor: 'elevenlabs', openSocket, clock, createCodec: () => createSpeechCodec(options, request) },
        request,
      ),
  };
}

function createSpeechCodec(
  options: ElevenLabsSpeechOptions,
  request: Pick<SpeakingRequest, 'voice' | 'language'>,
): SpeakingCodec {
  const { say, finish, cancel, take, toKeepAlive } = createContextQueue();
  return {
    target: toSpeechTarget({ ...options, voice: request.voice ?? options.voice, language: request.language }),
    // A context from the start, so that the vendor has the voice ready.
    hello: [toKeepAlive()],
    keepAlive: { everyMs: keepAliveMs, frame: toKeepAlive },
    farewell: speechFrames.farewell(),
    say,
    finish,
    cancel,
    decode(data) {
      const frame = decodeSpeech(data);
      if (!frame) return [];
      return frame.type === 'failed' ? [frame] : take(frame);
    },
    isWorn: () => false,
  };
}
