/**
 * ElevenLabs' recognizer in real time, which ends a turn by a pause, as a codec.
 * @see https://elevenlabs.io/docs/api-reference/speech-to-text/v-1-speech-to-text-realtime, 2026-11-20
 */
import { z } from 'zod';
import { bytesPerMs } from '../../audio/mulaw.ts';
import type { HearingCodec, HearingStep } from '../../ports/listen-over-socket.ts';
import type { HearingRequest } from '../../ports/speech-to-text.ts';
import { kindOfFailure } from './failure-kinds.ts';
import { toLanguageCode, toSocketUrl } from './wire-forms.ts';

/** A pause this long ends a turn for the vendor; it takes more than 0.3 s, 3 s at most. */
const pauseSeconds = '0.5';
/** The vendor hangs up on who asks to commit less sound than 0.3 s. */
const leastToCommitMs = 400;
const mostKeyterms = 50;
const longestKeyterm = 20;

const messageSchema = z.object({
  message_type: z.string(),
  text: z.string().catch(''),
  error: z.string().catch(''),
});

export function createScribeCodec(
  access: { apiKey: string; baseUrl: string; model: string },
  request: Pick<HearingRequest, 'language' | 'keyterms'>,
): HearingCodec {
  const query = new URLSearchParams({
    model_id: access.model,
    audio_format: 'ulaw_8000',
    language_code: toLanguageCode(request.language),
    commit_strategy: 'vad',
    vad_silence_threshold_secs: pauseSeconds,
  });
  const keyterms = (request.keyterms ?? []).filter((term) => term.length <= longestKeyterm).slice(0, mostKeyterms);
  for (const term of keyterms) query.append('keyterms', term);
  let words = '';
  let uncommittedMs = 0;
  return {
    target: {
      url: toSocketUrl(access.baseUrl, '/v1/speech-to-text/realtime', query),
      headers: { 'xi-api-key': access.apiKey },
    },
    chunkBytes: null,
    farewell: null,
    encode(sound) {
      uncommittedMs += sound.length / bytesPerMs;
      return toChunkFrame(sound);
    },
    settle: { ask: () => (words !== '' || uncommittedMs >= leastToCommitMs ? commitFrame : null) },
    decode(frame) {
      const steps = decodeScribe(frame, words);
      for (const step of steps) {
        if (step.type === 'heard') words = step.text;
        if (step.type === 'over') {
          words = '';
          uncommittedMs = 0;
        }
      }
      return steps;
    },
  };
}

const commitFrame = toChunkFrame(new Uint8Array(0), true);

/** Put together as text: this is done for every 20 ms of every call. */
export function toChunkFrame(sound: Uint8Array, commit = false): string {
  const audio = Buffer.from(sound.buffer, sound.byteOffset, sound.byteLength).toString('base64');
  return `{"message_type":"input_audio_chunk","audio_base_64":"${audio}","commit":${commit},"sample_rate":8000}`;
}

/** Nothing for a frame that makes no sense, or that there is no use for; `words` are those of the turn so far. */
export function decodeScribe(frame: string, words: string): HearingStep[] {
  const message = parseMessage(frame);
  if (!message) return [];
  const text = message.text.trim();
  switch (message.message_type) {
    case 'session_started':
    case 'committed_transcript_with_timestamps':
    case 'final_transcript_with_timestamps':
    case 'committed_transcript_entities':
    case 'edited_transcript':
      return [];
    case 'partial_transcript':
    case 'final_transcript':
      return text === '' ? [] : [{ type: 'heard', text }];
    case 'committed_transcript':
      return [{ type: 'over', text }];
    case 'commit_throttled':
      // Too little sound came since the last turn to be asked about: there are no more words than those.
      return [{ type: 'over', text: words }];
    default:
      return message.error === '' ? [] : [{ type: 'failed', failure: toFailure(message) }];
  }
}

function toFailure({ message_type: name, error }: z.infer<typeof messageSchema>) {
  return { kind: kindOfFailure(name), message: `elevenlabs reported ${name}: ${error.slice(0, 300)}` };
}

function parseMessage(frame: string): z.infer<typeof messageSchema> | null {
  try {
    return messageSchema.safeParse(JSON.parse(frame)).data ?? null;
  } catch {
    return null;
  }
}
