/** A mouth over sockets to any maker of speech: a codec says what the frames mean, everything else is here. */
import type { Clock } from '../base/clock.ts';
import type { OpenSocket, SocketTarget } from '../base/raw-socket.ts';
import {
  openVendorSocket,
  type SocketFailure,
  type VendorSocket,
  type VendorSocketParts,
} from '../base/vendor-socket.ts';
import { createSoundPatience, type SoundPatience } from './sound-patience.ts';
import type { Mouth, SpeakingRequest, WordTime } from './text-to-speech.ts';
import { toVendorFailed } from './vendor-failed.ts';

/** What a codec wants done. */
export type SpeakingStep =
  | { type: 'send'; frame: string }
  | { type: 'sound'; utterance: number; sound: Uint8Array }
  | { type: 'words'; utterance: number; words: readonly WordTime[] }
  | { type: 'spoken'; utterance: number }
  | { type: 'failed'; failure: SocketFailure };

/** One connection in the vendor's own words. */
export interface SpeakingCodec {
  target: SocketTarget;
  /** Sent before anything else. */
  hello?: readonly string[];
  keepAlive?: NonNullable<VendorSocketParts['keepAlive']>;
  /** Says good-bye; null where there is no such word. */
  farewell: string | null;
  say(utterance: number, text: string): SpeakingStep[];
  finish(utterance: number): SpeakingStep[];
  cancel(utterance: number): SpeakingStep[];
  /** Never throws: what makes no sense means nothing. */
  decode(data: string | Uint8Array): SpeakingStep[];
  /** Whether the vendor will soon take no more on this connection, so that it is better to change it while it is idle. */
  isWorn(): boolean;
}

export interface SpeakingParts {
  vendor: string;
  openSocket: OpenSocket;
  clock: Clock;
  /** One for each connection. */
  createCodec(): SpeakingCodec;
  /** The longest that sound may be behind the ear that waits for it; default 3000. */
  patienceMs?: number;
}

/** Never throws. A connection that ends while nothing is to be said is opened again when something is. */
export function speakOverSocket(parts: SpeakingParts, request: SpeakingRequest): Mouth {
  return new SocketMouth(parts, request);
}

interface Connection {
  codec: SpeakingCodec;
  socket: VendorSocket;
}

class SocketMouth implements Mouth {
  readonly #parts: SpeakingParts;
  readonly #request: SpeakingRequest;
  readonly #patience: SoundPatience;
  /** Utterances with text that are neither spoken nor cancelled, and whether all their text is there. */
  readonly #live = new Map<number, { isFinished: boolean }>();
  #newest = Number.NEGATIVE_INFINITY;
  #connection: Connection | null = null;
  /** A vendor that has answered once is trusted to take us again. */
  #hasAnswered = false;
  #isOver = false;

  constructor(parts: SpeakingParts, request: SpeakingRequest) {
    const { vendor, clock, patienceMs = 3000 } = parts;
    this.#parts = parts;
    this.#request = request;
    this.#patience = createSoundPatience(clock, patienceMs, () => {
      const message = `${vendor} gave no sound for ${patienceMs} ms.`;
      this.#connection?.socket.fail({ kind: 'timeout', message });
    });
    this.#connect();
  }

  say(utterance: number, text: string): void {
    if (this.#isOver || text === '' || utterance < this.#newest) return;
    if (utterance === this.#newest && this.#live.get(utterance)?.isFinished !== false) return;
    this.#newest = utterance;
    this.#live.set(utterance, { isFinished: false });
    this.#patience.expect();
    this.#apply(this.#connected().codec.say(utterance, text));
  }

  finish(utterance: number): void {
    if (this.#isOver || utterance < this.#newest) return;
    if (utterance > this.#newest) {
      this.#newest = utterance;
      return this.#request.on({ type: 'spoken', utterance });
    }
    const unfinished = this.#live.get(utterance);
    if (!unfinished || unfinished.isFinished) return;
    unfinished.isFinished = true;
    this.#patience.rest();
    this.#patience.expect();
    this.#apply(this.#connected().codec.finish(utterance));
  }

  cancel(utterance: number): void {
    this.#newest = Math.max(this.#newest, utterance);
    if (this.#isOver || !this.#live.delete(utterance)) return;
    if (this.#connection) this.#apply(this.#connection.codec.cancel(utterance));
    this.#rest();
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#patience.rest();
    this.#leave();
  }

  #connected(): Connection {
    return this.#connection ?? this.#connect();
  }

  #connect(): Connection {
    const { vendor, openSocket, clock } = this.#parts;
    const codec = this.#parts.createCodec();
    const socket = openVendorSocket({
      vendor,
      openSocket,
      clock,
      target: codec.target,
      ...(codec.hello ? { hello: codec.hello } : {}),
      ...(codec.keepAlive ? { keepAlive: codec.keepAlive } : {}),
      on: (event) => {
        if (event.type === 'failed') return this.#lose(event.error);
        if (event.type === 'ended')
          return this.#lose({ kind: 'broken-stream', message: `${vendor} stopped speaking.` });
        this.#hasAnswered = true;
        this.#apply(codec.decode(event.data));
      },
    });
    this.#connection = { codec, socket };
    return this.#connection;
  }

  #leave(): void {
    this.#connection?.socket.close(this.#connection.codec.farewell ?? undefined);
    this.#connection = null;
  }

  #lose(failure: SocketFailure): void {
    this.#connection = null;
    if (this.#isOver || (this.#live.size === 0 && this.#hasAnswered)) return;
    this.#isOver = true;
    this.#patience.rest();
    this.#request.on({ type: 'failed', error: toVendorFailed(this.#parts.vendor, failure) });
  }

  #apply(steps: readonly SpeakingStep[]): void {
    for (const step of steps) {
      if (this.#isOver) return;
      if (step.type === 'send') this.#connection?.socket.send(step.frame);
      else if (step.type === 'failed') this.#connection?.socket.fail(step.failure);
      else this.#tell(step);
    }
  }

  #tell(step: Exclude<SpeakingStep, { type: 'send' | 'failed' }>): void {
    const utterance = this.#live.get(step.utterance);
    if (!utterance) return;
    if (step.type === 'sound') {
      if (step.sound.length === 0) return;
      this.#patience.heard(step.sound, utterance.isFinished);
    }
    if (step.type === 'spoken') {
      this.#live.delete(step.utterance);
      this.#rest();
    }
    this.#request.on(step);
  }

  /** Something that was owed is not any more. */
  #rest(): void {
    this.#patience.rest();
    if (this.#live.size > 0) return this.#patience.expect();
    if (!this.#connection?.codec.isWorn()) return;
    this.#leave();
    this.#connect();
  }
}
