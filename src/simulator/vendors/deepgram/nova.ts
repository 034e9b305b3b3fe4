/** A simulated Deepgram nova (v1/listen): interim and final segments, pauses and the ends of utterances. */

import { createHearing, type HeardWord, toBareWord, toTranscript } from '../hearing.ts';
import { createIdleWatch } from '../idle-watch.ts';
import { parseObject } from '../parse-message.ts';
import { toRefusal } from '../refusals.ts';
import type { SocketEndpoint, VendorParts, VendorRequest, VendorSession, VendorSocket } from '../vendor.ts';
import { closeReasons, refuseOtherModel, refuseOtherSound, requestId, toSeconds, toWireWord } from './wire-values.ts';

const interimMs = 240;
/** A segment is settled by then, in the middle of speech or of silence. */
const longestSegmentMs = 4000;
const idleMs = 10_000;

interface NovaSettings {
  model: string;
  interimResults: boolean;
  /** Null: pauses are not told. */
  endpointingMs: number | null;
  utteranceEndMs: number | null;
  vadEvents: boolean;
  punctuated: boolean;
}

function parseSettings({ url }: VendorRequest): NovaSettings {
  const query = url.searchParams;
  const isOn = (name: string) => query.get(name) === 'true';
  const endpointing = query.get('endpointing');
  return {
    model: query.get('model') ?? '',
    interimResults: isOn('interim_results'),
    endpointingMs: endpointing === 'false' ? null : Number(endpointing ?? 10),
    utteranceEndMs: query.has('utterance_end_ms') ? Number(query.get('utterance_end_ms')) : null,
    vadEvents: isOn('vad_events'),
    punctuated: isOn('punctuate') || isOn('smart_format'),
  };
}

function refuse(request: VendorRequest) {
  const wrong = refuseOtherModel(request, /^nova-[23](?:-[a-z]+)*$/u) ?? refuseOtherSound(request);
  if (wrong) return wrong;
  const { endpointingMs, utteranceEndMs, interimResults } = parseSettings(request);
  if (Number.isNaN(endpointingMs)) return toRefusal('deepgram', 400, 'endpointing must be a number or false');
  if (utteranceEndMs === null) return null;
  if (!(utteranceEndMs >= 1000)) return toRefusal('deepgram', 400, 'utterance_end_ms must be at least 1000');
  return interimResults ? null : toRefusal('deepgram', 400, 'utterance_end_ms requires interim_results');
}

class NovaSession implements VendorSession {
  readonly #socket: VendorSocket;
  readonly #settings: NovaSettings;
  readonly #clock: VendorParts['clock'];
  readonly #hearing = createHearing({
    word: (word) => this.#segment.push(word),
    voice: (active, atMs) => this.#hearVoice(active, atMs),
    step: () => this.#step(),
  });
  #idle: ReturnType<typeof createIdleWatch>;
  /** Words that are not settled yet. */
  #segment: HeardWord[] = [];
  #segmentStartMs = 0;
  #told = { words: 0, atMs: 0 };
  /** The last word, settled or not, since speech_final. */
  #lastWord: HeardWord | null = null;
  #utteranceEndTold = true;

  constructor(socket: VendorSocket, settings: NovaSettings, clock: VendorParts['clock']) {
    this.#socket = socket;
    this.#settings = settings;
    this.#clock = clock;
    this.#idle = createIdleWatch(clock, idleMs, () => socket.close(1011, closeReasons.noAudioYet));
  }

  message(data: string | Uint8Array): void {
    if (typeof data === 'string') return this.#control(data);
    if (data.length === 0) return this.#finish();
    if (this.#hearing.heardMs === 0) this.#awaitMore();
    this.#idle.touch();
    this.#hearing.hear(data);
  }

  closed(): void {
    this.#idle.stop();
  }

  #awaitMore(): void {
    this.#idle.stop();
    this.#idle = createIdleWatch(this.#clock, idleMs, () => this.#socket.close(1011, closeReasons.idle));
  }

  #control(text: string): void {
    const message = parseObject(text);
    switch (message?.type) {
      case 'KeepAlive':
        if (this.#hearing.heardMs > 0) this.#idle.touch();
        return;
      case 'Finalize':
        return this.#settle({ speech_final: true, from_finalize: true });
      case 'CloseStream':
        return this.#finish();
      default:
        return this.#socket.close(1008, closeReasons.unreadable);
    }
  }

  #finish(): void {
    if (this.#segment.length > 0) this.#settle({ speech_final: true });
    this.#send({
      ...{ type: 'Metadata', transaction_key: 'deprecated', request_id: requestId, sha256: '0'.repeat(64) },
      ...{
        created: new Date(this.#clock.now()).toISOString(),
        duration: toSeconds(this.#hearing.heardMs),
        channels: 1,
      },
    });
    this.#socket.close(1000, '');
  }

  #hearVoice(active: boolean, atMs: number): void {
    if (active && this.#settings.vadEvents) {
      this.#send({ type: 'SpeechStarted', channel: [0], timestamp: toSeconds(Math.max(0, atMs - 60)) });
    }
  }

  #step(): void {
    const { heardMs, silentMs, wordlessMs } = this.#hearing;
    const { endpointingMs, utteranceEndMs, interimResults } = this.#settings;
    const newest = this.#segment.at(-1);
    if (newest && newest !== this.#lastWord) {
      this.#lastWord = newest;
      this.#utteranceEndTold = false;
    }
    if (this.#lastWord && endpointingMs !== null && silentMs >= Math.max(20, endpointingMs)) {
      this.#settle({ speech_final: true });
    } else if (heardMs - this.#segmentStartMs >= longestSegmentMs && wordlessMs > 0) {
      this.#settle({ speech_final: false });
    } else if (interimResults && heardMs - this.#told.atMs >= interimMs && this.#segment.length > this.#told.words) {
      this.#told = { words: this.#segment.length, atMs: heardMs };
      this.#sendResults({ is_final: false, speech_final: false });
    }
    if (utteranceEndMs !== null && !this.#utteranceEndTold && wordlessMs >= utteranceEndMs) this.#endUtterance();
  }

  #endUtterance(): void {
    const lastWordMs = this.#hearing.heardMs - this.#hearing.wordlessMs;
    if (this.#segment.length > 0) this.#settle({ speech_final: false });
    this.#utteranceEndTold = true;
    this.#lastWord = null;
    this.#send({ type: 'UtteranceEnd', channel: [0, 1], last_word_end: toSeconds(lastWordMs) });
  }

  #settle(flags: { speech_final: boolean; from_finalize?: true }): void {
    this.#sendResults({ is_final: true, ...flags });
    this.#segment = [];
    this.#segmentStartMs = this.#hearing.heardMs;
    this.#told = { words: 0, atMs: this.#segmentStartMs };
    if (flags.speech_final) this.#lastWord = null;
  }

  #sendResults(flags: { is_final: boolean; speech_final: boolean; from_finalize?: true }): void {
    const { punctuated, model } = this.#settings;
    const text = toTranscript(this.#segment);
    const transcript = punctuated ? text : text.split(' ').map(toBareWord).join(' ');
    const words = this.#segment.map((word) => ({
      ...toWireWord(word),
      ...(punctuated ? { punctuated_word: word.text } : {}),
    }));
    this.#send({
      ...{ type: 'Results', channel_index: [0, 1], ...flags },
      start: toSeconds(this.#segmentStartMs),
      duration: toSeconds(this.#hearing.heardMs - this.#segmentStartMs),
      channel: { alternatives: [{ transcript, confidence: words.length === 0 ? 0 : 0.99, words }] },
      metadata: {
        request_id: requestId,
        model_info: { name: model, version: '2026-01-01.0', arch: 'nova-3' },
        model_uuid: requestId,
      },
    });
  }

  #send(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }
}

export const nova: SocketEndpoint = {
  ...{ vendor: 'deepgram', kind: 'stt', path: /^\/v1\/listen(?:\?|$)/u },
  refuse,
  open: (socket, request, { clock }) => new NovaSession(socket, parseSettings(request), clock),
};
