/** A simulated ElevenLabs Scribe (realtime speech to text): partial texts, committed by silence or on request. */
import { z } from 'zod';
import { createHearing, type HeardWord, toTranscript } from '../hearing.ts';
import { parseObject, toComplaint } from '../parse-message.ts';
import { toRefusal } from '../refusals.ts';
import type { SocketEndpoint, VendorRequest, VendorSession, VendorSocket } from '../vendor.ts';

const partialMs = 240;
/** Less sound than this since the last commit cannot be committed. */
const leastCommitMs = 300;

const settings = z.object({
  model_id: z.enum(['scribe_v2_realtime', 'scribe_v1_realtime']),
  audio_format: z.literal('ulaw_8000'),
  commit_strategy: z.enum(['manual', 'vad']).default('manual'),
  vad_silence_threshold_secs: z.coerce.number().gt(0.3).max(3).default(1.5),
  vad_threshold: z.coerce.number().min(0.1).max(0.9).optional(),
  min_speech_duration_ms: z.coerce.number().gt(50).max(2000).optional(),
  min_silence_duration_ms: z.coerce.number().gt(50).max(2000).optional(),
  language_code: z.string().default('en'),
  include_timestamps: z.stringbool().default(false),
});
type ScribeSettings = z.output<typeof settings>;

const chunk = z.object({
  message_type: z.literal('input_audio_chunk'),
  audio_base_64: z.string(),
  commit: z.boolean().default(false),
  sample_rate: z.coerce.number().default(8000),
});

function parseSettings({ url }: VendorRequest) {
  return settings.safeParse(Object.fromEntries(url.searchParams));
}

class ScribeSession implements VendorSession {
  readonly #socket: VendorSocket;
  readonly #settings: ScribeSettings;
  readonly #hearing = createHearing({ word: (word) => this.#words.push(word), step: () => this.#step() });
  #words: HeardWord[] = [];
  #toldWords = 0;
  #toldAtMs = 0;
  #committedAtMs = 0;

  constructor(socket: VendorSocket, given: ScribeSettings) {
    this.#socket = socket;
    this.#settings = given;
    const { audio_format, language_code, commit_strategy, model_id } = given;
    const config = { sample_rate: 8000, audio_format, language_code, commit_strategy, model_id };
    this.#send('session_started', { session_id: 'simulated-session', config });
  }

  message(data: string | Uint8Array): void {
    const { data: message, error } = chunk.safeParse(parseObject(data));
    if (!message) return this.#send('input_error', { error: toComplaint(error) });
    if (message.sample_rate !== 8000) return this.#send('input_error', { error: 'sample_rate must be 8000' });
    this.#hearing.hear(Buffer.from(message.audio_base_64, 'base64'));
    if (!message.commit) return;
    if (this.#hearing.heardMs - this.#committedAtMs >= leastCommitMs) return this.#commit();
    this.#send('commit_throttled', { error: `Less than ${leastCommitMs} ms of audio since the last commit` });
  }

  closed(): void {}

  #step(): void {
    const { heardMs, silentMs } = this.#hearing;
    const { commit_strategy, vad_silence_threshold_secs } = this.#settings;
    const isPause = silentMs >= vad_silence_threshold_secs * 1000;
    if (commit_strategy === 'vad' && this.#words.length > 0 && isPause) return this.#commit();
    if (this.#words.length === this.#toldWords || heardMs - this.#toldAtMs < partialMs) return;
    this.#toldWords = this.#words.length;
    this.#toldAtMs = heardMs;
    this.#send('partial_transcript', { text: toTranscript(this.#words) });
  }

  #commit(): void {
    const words = this.#words;
    const text = toTranscript(words);
    this.#words = [];
    this.#toldWords = 0;
    this.#committedAtMs = this.#hearing.heardMs;
    this.#send('committed_transcript', { text });
    if (!this.#settings.include_timestamps) return;
    this.#send('committed_transcript_with_timestamps', {
      ...{ text, language_code: this.#settings.language_code },
      words: words.map((word) => ({
        ...{ text: word.text, type: 'word', start: word.startMs / 1000, end: word.endMs / 1000, logprob: -0.01 },
      })),
    });
  }

  #send(messageType: string, fields: object): void {
    this.#socket.send(JSON.stringify({ message_type: messageType, ...fields }));
  }
}

export const scribe: SocketEndpoint = {
  ...{ vendor: 'elevenlabs', kind: 'stt', path: /^\/v1\/speech-to-text\/realtime(?:\?|$)/u },
  refuse(request) {
    const { error } = parseSettings(request);
    return error ? toRefusal('elevenlabs', 400, toComplaint(error)) : null;
  },
  open(socket, request) {
    return new ScribeSession(socket, settings.parse(Object.fromEntries(request.url.searchParams)));
  },
};
