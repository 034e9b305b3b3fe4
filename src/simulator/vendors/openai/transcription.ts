/** Simulated OpenAI transcription: a Realtime session that only listens. */
import { createHearing, type HeardWord, toTranscript } from '../hearing.ts';
import { parseObject, toComplaint } from '../parse-message.ts';
import type { SocketEndpoint, VendorSession, VendorSocket } from '../vendor.ts';
import { sessionUpdate, type TranscriptionInput, tellsWordsAtOnce, toSilenceMs } from './transcription-settings.ts';

/** Less sound than this cannot be committed. */
const leastCommitMs = 100;
const mostAudioCharacters = 15 * 1024 * 1024;
const transcriptionEvent = 'conversation.item.input_audio_transcription';

class TranscriptionSession implements VendorSession {
  readonly #socket: VendorSocket;
  readonly #hearing = createHearing({
    word: (word) => this.#hearWord(word),
    voice: (active) => active && this.#startSpeech(),
    step: () => this.#step(),
  });
  #settings: TranscriptionInput | null = null;
  #events = 0;
  /** How many items there were; the next one is of the speech that is going on, or of what comes. */
  #items = 0;
  #lastItemId: string | null = null;
  #isSpeech = false;
  #words: HeardWord[] = [];
  #committedAtMs = 0;

  get #itemId(): string {
    return `item_${this.#items + 1}`;
  }

  constructor(socket: VendorSocket) {
    this.#socket = socket;
    this.#send('session.created', { session: { type: 'transcription', object: 'realtime.transcription_session' } });
  }

  message(data: string | Uint8Array): void {
    const message = parseObject(data);
    if (!message) return this.#refuse('invalid_json', 'The message is not a JSON object', null);
    const eventId = typeof message.event_id === 'string' ? message.event_id : null;
    switch (message.type) {
      case 'session.update':
        return this.#update(message, eventId);
      case 'input_audio_buffer.append':
        return this.#append(message.audio, eventId);
      case 'input_audio_buffer.commit':
        if (this.#hearing.heardMs - this.#committedAtMs >= leastCommitMs) return this.#commit();
        return this.#refuse('input_audio_buffer_commit_empty', 'The buffer holds less than 100 ms of audio', eventId);
      case 'input_audio_buffer.clear':
        this.#forget();
        return this.#send('input_audio_buffer.cleared', {});
      default:
        return this.#refuse('invalid_value', `Unknown event type: ${String(message.type).slice(0, 60)}`, eventId);
    }
  }

  closed(): void {}

  #update(message: object, eventId: string | null): void {
    const { data, error } = sessionUpdate.safeParse(message);
    if (!data) return this.#refuse('invalid_value', toComplaint(error), eventId);
    this.#settings = data.session.audio.input;
    this.#send('session.updated', { session: data.session });
  }

  #append(audio: unknown, eventId: string | null): void {
    if (typeof audio !== 'string' || audio.length > mostAudioCharacters) {
      return this.#refuse('invalid_value', 'audio must be base64 of at most 15 MiB', eventId);
    }
    // What is sent before the session is configured is taken for linear sound, in which there are no words.
    if (this.#settings) this.#hearing.hear(Buffer.from(audio, 'base64'));
  }

  get #silenceMs(): number | null {
    return this.#settings ? toSilenceMs(this.#settings) : null;
  }

  #startSpeech(): void {
    if (this.#isSpeech || this.#silenceMs === null) return;
    this.#isSpeech = true;
    const audio_start_ms = Math.max(0, Math.round(this.#hearing.heardMs - 300));
    this.#send('input_audio_buffer.speech_started', { audio_start_ms, item_id: this.#itemId });
  }

  #hearWord(word: HeardWord): void {
    this.#startSpeech();
    this.#words.push(word);
    if (this.#settings && tellsWordsAtOnce(this.#settings)) this.#tellDelta(this.#words.length === 1, word.text);
  }

  #step(): void {
    const silenceMs = this.#silenceMs;
    if (!this.#isSpeech || silenceMs === null || this.#hearing.silentMs < silenceMs) return;
    const audio_end_ms = Math.round(this.#hearing.heardMs);
    this.#send('input_audio_buffer.speech_stopped', { audio_end_ms, item_id: this.#itemId });
    this.#commit();
  }

  #commit(): void {
    const words = this.#words;
    const [itemId, previous] = [this.#itemId, this.#lastItemId];
    const seconds = (this.#hearing.heardMs - this.#committedAtMs) / 1000;
    this.#send('input_audio_buffer.committed', { item_id: itemId, previous_item_id: previous });
    const content = [{ type: 'input_audio', transcript: null }];
    const item = { id: itemId, type: 'message', object: 'realtime.item', status: 'completed', role: 'user', content };
    this.#send('conversation.item.added', { item, previous_item_id: previous });
    this.#send('conversation.item.done', { item, previous_item_id: previous });
    if (this.#settings && !tellsWordsAtOnce(this.#settings)) {
      for (const [index, { text }] of words.entries()) this.#tellDelta(index === 0, text);
    }
    this.#send(`${transcriptionEvent}.completed`, {
      ...{ item_id: itemId, content_index: 0, transcript: toTranscript(words), usage: { type: 'duration', seconds } },
    });
    this.#lastItemId = itemId;
    this.#forget();
  }

  #forget(): void {
    this.#words = [];
    this.#isSpeech = false;
    this.#committedAtMs = this.#hearing.heardMs;
    this.#items += 1;
  }

  #tellDelta(isFirst: boolean, word: string): void {
    const delta = isFirst ? word : ` ${word}`;
    this.#send(`${transcriptionEvent}.delta`, { item_id: this.#itemId, content_index: 0, delta });
  }

  #refuse(code: string, message: string, eventId: string | null): void {
    const error = { type: 'invalid_request_error', code, message, param: null, event_id: eventId };
    this.#send('error', { error });
  }

  #send(type: string, fields: object): void {
    this.#events += 1;
    this.#socket.send(JSON.stringify({ type, event_id: `event_${this.#events}`, ...fields }));
  }
}

export const transcription: SocketEndpoint = {
  ...{ vendor: 'openai', kind: 'stt', path: /^(?:\/v1)?\/realtime\?(?:.*&)?intent=transcription(?:&|$)/u },
  open: (socket) => new TranscriptionSession(socket),
};
