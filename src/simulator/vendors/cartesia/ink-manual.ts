/** Simulated Cartesia Ink without turns (stt): words as they come, settled on request. */
import { createHearing, type HeardWord, toTranscript } from '../hearing.ts';
import { createIdleWatch, type IdleWatch } from '../idle-watch.ts';
import type { SocketEndpoint, VendorParts, VendorSession, VendorSocket } from '../vendor.ts';
import { refuseOtherSound, requestId, toErrorMessage } from './wire-values.ts';

const interimMs = 240;
/** A segment is settled by then without being asked. */
const longestSegmentMs = 5000;
const idleMs = 180_000;

class InkSession implements VendorSession {
  readonly #socket: VendorSocket;
  readonly #language: string;
  readonly #idle: IdleWatch;
  readonly #hearing = createHearing({ word: (word) => this.#words.push(word), step: (atMs) => this.#step(atMs) });
  #words: HeardWord[] = [];
  #toldWords = 0;
  #toldAtMs = 0;
  #segmentStartMs = 0;

  constructor(socket: VendorSocket, language: string, clock: VendorParts['clock']) {
    this.#socket = socket;
    this.#language = language;
    this.#idle = createIdleWatch(clock, idleMs, () => socket.close(1000, 'idle'));
  }

  message(data: string | Uint8Array): void {
    this.#idle.touch();
    if (typeof data !== 'string') return this.#hearing.hear(data);
    switch (data) {
      case 'finalize':
        this.#settle();
        return this.#send({ type: 'flush_done' });
      case 'close':
      case 'done':
        this.#settle();
        this.#send({ type: 'done' });
        return this.#socket.close(1000, '');
      default:
        this.#socket.send(toErrorMessage(400, 'the message makes no sense'));
    }
  }

  closed(): void {
    this.#idle.stop();
  }

  #step(atMs: number): void {
    if (this.#words.length === 0) {
      this.#segmentStartMs = atMs;
      return;
    }
    if (atMs - this.#segmentStartMs >= longestSegmentMs && this.#hearing.wordlessMs > 0) return this.#settle();
    if (this.#words.length === this.#toldWords || atMs - this.#toldAtMs < interimMs) return;
    this.#tell(false);
    this.#toldWords = this.#words.length;
    this.#toldAtMs = atMs;
  }

  #settle(): void {
    if (this.#words.length > 0) this.#tell(true);
    this.#words = [];
    this.#toldWords = 0;
    this.#segmentStartMs = this.#hearing.heardMs;
  }

  #tell(isFinal: boolean): void {
    this.#send({
      ...{ type: 'transcript', text: toTranscript(this.#words), is_final: isFinal, language: this.#language },
      duration: (this.#hearing.heardMs - this.#segmentStartMs) / 1000,
      words: this.#words.map(({ text, startMs, endMs }) => ({ word: text, start: startMs / 1000, end: endMs / 1000 })),
    });
  }

  #send(message: object): void {
    this.#socket.send(JSON.stringify({ ...message, request_id: requestId }));
  }
}

export const inkManual: SocketEndpoint = {
  ...{ vendor: 'cartesia', kind: 'stt', path: /^\/stt\/websocket(?:\?|$)/u },
  refuse: (request) => refuseOtherSound(request, ['ink-2', 'ink-whisper']),
  open: (socket, { url }, { clock }) => new InkSession(socket, url.searchParams.get('language') ?? 'en', clock),
};
