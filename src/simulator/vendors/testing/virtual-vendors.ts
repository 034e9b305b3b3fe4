/** For tests: simulated vendors in virtual time, a plain client of theirs, and speech for their ears. */
import { bytesPerMs, mulawSilence } from '../../../audio/mulaw.ts';
import { createWordEar, type WordEvent, writeWords } from '../../../audio/word-bits.ts';
import { createFakeClock, type FakeClock } from '../../../base/clock.ts';
import { createSeededRandom } from '../../../base/random.ts';
import type { RawSocket, RawSocketEnd } from '../../../base/raw-socket.ts';
import { sketchSpeech } from '../../voices/sketch-voice.ts';
import { createSpeechVendors, type SpeechVendorOptions, type SpeechVendors } from '../create-speech-vendors.ts';

export type Message = Record<string, unknown>;

export interface TestClient {
  /** Text frames as JSON, in order; what is no JSON under `text`. */
  messages: Message[];
  /** Binary frames joined. */
  readonly sound: Uint8Array;
  readonly isOpen: boolean;
  /** Null while it is open. */
  readonly end: RawSocketEnd | null;
  send(message: string | Uint8Array | Message): void;
  close(): void;
  /** The messages with this under `type` (or another name). */
  all(value: string, name?: string): Message[];
}

export interface VirtualVendors {
  clock: FakeClock;
  vendors: SpeechVendors;
  connect(url: string, headers?: Record<string, string>): TestClient;
  /** Lets time pass in steps of 20 ms, so that everything that waits on promises gets its turn. */
  pass(ms: number): Promise<void>;
  /** Sends sound as a telephone does, 20 ms of it every 20 ms. */
  hear(client: TestClient, sound: Uint8Array, toFrame?: (sound: Uint8Array) => string | Uint8Array): Promise<void>;
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
const frameMs = 20;

export function createVirtualVendors(options: Partial<SpeechVendorOptions> = {}): VirtualVendors {
  const clock = createFakeClock();
  const vendors = createSpeechVendors({
    ...{ clock, random: createSeededRandom(1) },
    synthesize: async (text, voice) => sketchSpeech(text, voice),
    async *brain() {},
    ...options,
  });
  const pass: VirtualVendors['pass'] = async (ms) => {
    await settle();
    for (let passedMs = 0; passedMs < ms; passedMs += frameMs) {
      clock.advance(Math.min(frameMs, ms - passedMs));
      await settle();
    }
  };
  return {
    clock,
    vendors,
    pass,
    connect: (url, headers = {}) => connect(vendors, url, headers),
    async hear(client, sound, toFrame = (frame) => frame) {
      const bytes = frameMs * bytesPerMs;
      for (let at = 0; at < sound.length; at += bytes) {
        client.send(toFrame(sound.subarray(at, at + bytes)));
        await pass(frameMs);
      }
    },
  };
}

function connect(vendors: SpeechVendors, url: string, headers: Record<string, string>): TestClient {
  const messages: Message[] = [];
  const pieces: Uint8Array[] = [];
  let end: RawSocketEnd | null = null;
  let isOpen = false;
  const socket: RawSocket = vendors.openSocket(
    { url, headers },
    {
      opened() {
        isOpen = true;
      },
      message(data) {
        if (typeof data === 'string') messages.push(toMessage(data));
        else pieces.push(data);
      },
      closed(how) {
        isOpen = false;
        end = how;
      },
    },
  );
  return {
    messages,
    get sound() {
      return Buffer.concat(pieces);
    },
    get isOpen() {
      return isOpen;
    },
    get end() {
      return end;
    },
    send: (message) =>
      socket.send(typeof message === 'string' || message instanceof Uint8Array ? message : JSON.stringify(message)),
    close: () => socket.close(1000, ''),
    all: (value, name = 'type') => messages.filter((message) => message[name] === value),
  };
}

function toMessage(text: string): Message {
  try {
    return JSON.parse(text) as Message;
  } catch {
    return { text };
  }
}

/** Speech with its words in it. */
export function speech(text: string): Uint8Array {
  return writeWords(sketchSpeech(text, 'person')).sound;
}

export function silence(ms: number): Uint8Array {
  return new Uint8Array(ms * bytesPerMs).fill(mulawSilence);
}

/** Loud sound that says nothing. */
export function noise(ms: number): Uint8Array {
  return Uint8Array.from({ length: ms * bytesPerMs }, (_, at) => (at % 8 < 4 ? 0x10 : 0x90));
}

/** What a listener makes of sound: the words that were heard whole, and everything else that happened to words. */
export function listen(sound: Uint8Array): { text: string; troubles: WordEvent[]; utterances: Set<number> } {
  const words: string[] = [];
  const troubles: WordEvent[] = [];
  const utterances = new Set<number>();
  const ear = createWordEar((event) => {
    utterances.add(event.utterance);
    if (event.type === 'word-heard') words.push(event.text);
    else if (event.type !== 'word-began') troubles.push(event);
  });
  ear.hear(sound);
  ear.breakOff();
  return { text: words.join(' '), troubles, utterances };
}
