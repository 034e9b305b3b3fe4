/** A simulated Deepgram Aura: text in, sound out, over a socket or for one request. */

import { parseObject } from '../parse-message.ts';
import { toAnswer, toRefusal } from '../refusals.ts';
import { speakOnce } from '../speak-once.ts';
import { createSpeakingLine } from '../speaking-line.ts';
import type {
  HttpEndpoint,
  SocketEndpoint,
  VendorParts,
  VendorRequest,
  VendorSession,
  VendorSocket,
} from '../vendor.ts';
import { createChunkEncoder, type SoundEncoding } from '../wire-sound.ts';
import { closeReasons, refuseOtherModel, requestId } from './wire-values.ts';

const mostCharacters = 2000;
const mostFlushes = 20;
const flushWindowMs = 60_000;

function refuse(request: VendorRequest) {
  const wrong = refuseOtherModel(request, /^aura-(?:2-)?[a-z]+-[a-z]{2}$/u);
  if (wrong) return wrong;
  const encoding = request.url.searchParams.get('encoding') ?? '';
  const rate = request.url.searchParams.get('sample_rate') ?? '8000';
  return ['mulaw', 'linear16'].includes(encoding) && rate === '8000'
    ? null
    : toRefusal('deepgram', 400, 'the simulated vendor speaks encoding=mulaw or linear16 at sample_rate=8000 only');
}

function toEncoding({ url }: VendorRequest): SoundEncoding {
  return url.searchParams.get('encoding') === 'mulaw' ? 'mulaw-8000' : 'pcm-8000';
}

class AuraSession implements VendorSession {
  readonly #socket: VendorSocket;
  readonly #parts: VendorParts;
  readonly #line: ReturnType<typeof createSpeakingLine>;
  #text = '';
  #flushedAtMs: number[] = [];
  #flushes = 0;
  #clears = 0;

  constructor(socket: VendorSocket, request: VendorRequest, parts: VendorParts) {
    this.#socket = socket;
    this.#parts = parts;
    const model = request.url.searchParams.get('model') ?? '';
    const encode = createChunkEncoder(toEncoding(request));
    this.#line = createSpeakingLine(parts, {
      voice: model,
      send: (chunk) => socket.send(encode(chunk)),
    });
    const version = '2026-01-01.0';
    this.#send({
      type: 'Metadata',
      request_id: requestId,
      model_name: model,
      model_version: version,
      model_uuid: requestId,
    });
  }

  message(data: string | Uint8Array): void {
    const message = parseObject(data);
    switch (message?.type) {
      case 'Speak':
        return this.#speak(message.text);
      case 'Flush':
        return this.#flush();
      case 'Clear':
        return this.#clear();
      case 'Close':
        this.#line.say(this.#text);
        return this.#line.after(() => this.#socket.close(1000, ''));
      default:
        return this.#socket.close(1008, closeReasons.unreadable);
    }
  }

  closed(): void {
    this.#line.clear();
  }

  #speak(text: unknown): void {
    if (typeof text !== 'string') return this.#socket.close(1008, closeReasons.unreadable);
    if (text.length <= mostCharacters) {
      this.#text += text;
      return;
    }
    this.#send({
      type: 'Error',
      code: 'BIG-0000',
      description: `The text is longer than ${mostCharacters} characters`,
    });
    this.#socket.close(1009, closeReasons.tooBig);
  }

  #flush(): void {
    const nowMs = this.#parts.clock.monotonicMs();
    this.#flushedAtMs = this.#flushedAtMs.filter((atMs) => atMs > nowMs - flushWindowMs);
    if (this.#flushedAtMs.length >= mostFlushes) {
      const description = `More than ${mostFlushes} Flush messages in 60 seconds`;
      return this.#send({ type: 'Warning', code: 'TOO_MANY_FLUSHES', description });
    }
    this.#flushedAtMs.push(nowMs);
    this.#line.say(this.#text);
    this.#text = '';
    this.#line.after(() => {
      this.#send({ type: 'Flushed', sequence_id: this.#flushes });
      this.#flushes += 1;
    });
    this.#line.beginUtterance();
  }

  #clear(): void {
    this.#text = '';
    this.#line.clearLate();
    this.#send({ type: 'Cleared', sequence_id: this.#clears });
    this.#clears += 1;
  }

  #send(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }
}

export const auraSocket: SocketEndpoint = {
  ...{ vendor: 'deepgram', kind: 'tts', path: /^\/v1\/speak(?:\?|$)/u },
  refuse,
  open: (socket, request, parts) => new AuraSession(socket, request, parts),
};

export const auraRequest: HttpEndpoint = {
  ...{ vendor: 'deepgram', kind: 'tts', method: 'POST', path: /^\/v1\/speak\?/u },
  async answer(request, parts) {
    const refusal = refuse(request);
    if (refusal) return toAnswer(refusal);
    const text = parseObject(Buffer.from(request.body ?? []).toString('utf8'))?.text;
    if (typeof text !== 'string' || text === '') return toAnswer(toRefusal('deepgram', 400, 'text is missing'));
    if (text.length > mostCharacters) return toAnswer(toRefusal('deepgram', 413, 'the text is too long'));
    const model = request.url.searchParams.get('model') ?? '';
    const headers = {
      'content-type': 'audio/mulaw',
      ...{ 'dg-request-id': requestId, 'dg-model-name': model, 'dg-char-count': String(text.length) },
    };
    return { status: 200, headers, body: speakOnce(parts, { text, voice: model, encoding: toEncoding(request) }) };
  },
};
