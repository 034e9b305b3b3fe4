/**
 * OpenAI's Realtime protocol as a recognizer only, which ends a turn by a pause, as a codec.
 * @see https://platform.openai.com/docs/guides/realtime-transcription, 2026-11-20
 */
import { z } from 'zod';
import type { SocketFailure } from '../../base/vendor-socket.ts';
import type { HearingCodec, HearingStep } from '../../ports/listen-over-socket.ts';
import type { HearingRequest } from '../../ports/speech-to-text.ts';
import { createItemOrder } from './item-order.ts';

/** A pause this long ends a turn for the vendor. */
const pauseMs = 500;
/** Of our own requests, the one whose failure ends nothing. */
const settleId = 'settle';

const errorSchema = z.object({
  type: z.string().catch(''),
  code: z.string().catch(''),
  message: z.string().catch(''),
  event_id: z.string().catch(''),
});

const messageSchema = z.object({
  type: z.string(),
  item_id: z.string().catch(''),
  delta: z.string().catch(''),
  transcript: z.string().catch(''),
  error: errorSchema.nullish().catch(null),
});

type Message = z.infer<typeof messageSchema>;

export function createTranscriptionCodec(
  access: { apiKey: string; baseUrl: string; model: string },
  request: Pick<HearingRequest, 'language' | 'keyterms'>,
): HearingCodec {
  return {
    target: {
      url: `${access.baseUrl.replace(/^http/u, 'ws')}/realtime?intent=transcription`,
      headers: { authorization: `Bearer ${access.apiKey}` },
    },
    hello: [toSessionUpdate(access.model, request)],
    chunkBytes: null,
    encode: toAppendFrame,
    farewell: null,
    settle: { frame: `{"type":"input_audio_buffer.commit","event_id":"${settleId}"}` },
    decode: createTranscriptionDecoder(),
  };
}

function toSessionUpdate(model: string, { language, keyterms = [] }: Pick<HearingRequest, 'language' | 'keyterms'>) {
  // Models that follow on a sentence take names in one; the newer ones have a list for them.
  const follows = /^(whisper|gpt-4o)/u.test(model);
  const names = follows ? { prompt: keyterms.join(', ') } : { keywords: keyterms };
  return JSON.stringify({
    type: 'session.update',
    session: {
      type: 'transcription',
      audio: {
        input: {
          format: { type: 'audio/pcmu' },
          noise_reduction: null,
          transcription: { model, language: language.split('-')[0], ...(keyterms.length > 0 ? names : {}) },
          turn_detection: {
            type: 'server_vad',
            threshold: 0.5,
            prefix_padding_ms: 300,
            silence_duration_ms: pauseMs,
          },
        },
      },
    },
  });
}

/** Put together as text: this is done for every 20 ms of every call. */
export function toAppendFrame(sound: Uint8Array): string {
  const audio = Buffer.from(sound.buffer, sound.byteOffset, sound.byteLength).toString('base64');
  return `{"type":"input_audio_buffer.append","audio":"${audio}"}`;
}

export function createTranscriptionDecoder(): (frame: string) => HearingStep[] {
  const items = createItemOrder();
  let isReady = false;
  return (frame) => {
    const message = parseMessage(frame);
    if (!message) return [];
    const { item_id: item } = message;
    switch (message.type) {
      case 'session.updated':
        isReady = true;
        return [];
      case 'input_audio_buffer.speech_started':
        return items.began(item);
      case 'input_audio_buffer.committed':
        return items.closed(item);
      case 'conversation.item.input_audio_transcription.delta':
        return items.heard(item, message.delta);
      case 'conversation.item.input_audio_transcription.completed':
        return items.over(item, message.transcript);
      case 'conversation.item.input_audio_transcription.failed':
        return [{ type: 'failed', failure: toFailure(message, 'unavailable') }];
      case 'error':
        // With nothing to settle, or with a turn that is being settled anyway, asking fails; the session goes on.
        if (message.error?.event_id === settleId) return items.isSettling ? [] : items.settled();
        return isPassing(message, isReady) ? [] : [{ type: 'failed', failure: toFailure(message, 'refused') }];
      default:
        return [];
    }
  };
}

/** A request that the vendor did not like, after it had accepted the session. */
function isPassing({ error }: Message, isReady: boolean): boolean {
  return isReady && error?.type === 'invalid_request_error' && !fatal.includes(error.code);
}

const lasting = ['invalid_api_key', 'insufficient_quota', 'model_not_found', 'unsupported_country_region_territory'];
const fatal = [...lasting, 'session_expired', 'rate_limit_exceeded'];

function toFailure({ error }: Message, otherwise: SocketFailure['kind']): SocketFailure {
  const { type = '', code = '', message = '' } = error ?? {};
  const said = `openai reported ${code || type || 'a failure'}: ${message.slice(0, 300)}`;
  if (lasting.includes(code)) return { kind: 'refused', message: said };
  if (code === 'rate_limit_exceeded' || type === 'rate_limit_error') return { kind: 'busy', message: said };
  if (code === 'session_expired' || type === 'server_error') return { kind: 'unavailable', message: said };
  return { kind: otherwise, message: said };
}

function parseMessage(frame: string): Message | null {
  try {
    return messageSchema.safeParse(JSON.parse(frame)).data ?? null;
  } catch {
    return null;
  }
}
