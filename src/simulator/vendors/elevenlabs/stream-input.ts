/** Simulated ElevenLabs speech over a socket: one text (stream-input), or several side by side (multi-stream-input). */
import { createIdleWatch, type IdleWatch } from '../idle-watch.ts';
import { parseObject, toComplaint } from '../parse-message.ts';
import type { SocketEndpoint, VendorParts, VendorRequest, VendorSession, VendorSocket } from '../vendor.ts';
import { createSpeakingContext, type SpeakingContext } from './speaking-context.ts';
import {
  hasKey,
  parseSpeechRequest,
  refuseSpeechRequest,
  type SpeechMessage,
  speechMessage,
} from './speech-settings.ts';

const mostContexts = 5;
const mostCharacters = 40_000;
/** The name of the only context where there are none. */
const only = '';

type Settings = NonNullable<ReturnType<typeof parseSpeechRequest>>;

class SpeechSession implements VendorSession {
  readonly #socket: VendorSocket;
  readonly #request: VendorRequest;
  readonly #settings: Settings;
  readonly #parts: VendorParts;
  readonly #hasContexts: boolean;
  readonly #contexts = new Map<string, SpeakingContext>();
  /** Contexts whose rest is being spoken; what comes for them is refused. */
  readonly #closing = new Set<string>();
  readonly #idle: IdleWatch;
  #isAdmitted = false;

  constructor(given: { socket: VendorSocket; request: VendorRequest; parts: VendorParts; settings: Settings }) {
    this.#socket = given.socket;
    this.#request = given.request;
    this.#settings = given.settings;
    this.#parts = given.parts;
    this.#hasContexts = given.request.url.pathname.endsWith('/multi-stream-input');
    const seconds = given.settings.inactivity_timeout;
    this.#idle = createIdleWatch(given.parts.clock, seconds * 1000, () =>
      this.#fail('input_timeout_exceeded', `No text was received within ${seconds} seconds`),
    );
  }

  message(data: string | Uint8Array): void {
    this.#idle.touch();
    const { data: message, error } = speechMessage.safeParse(parseObject(data));
    if (!message) return this.#fail('invalid_message', toComplaint(error));
    if (!this.#isAdmitted && !hasKey(this.#request, message)) {
      return this.#fail('invalid_api_key', 'An API key is needed');
    }
    this.#isAdmitted = true;
    if (message.text !== undefined && message.text.length > mostCharacters) {
      return this.#fail('max_character_limit_exceeded', `The text is longer than ${mostCharacters} characters`);
    }
    if (this.#hasContexts) this.#takeForContext(message);
    else this.#takeForOnly(message);
  }

  closed(): void {
    this.#idle.stop();
    for (const context of this.#contexts.values()) context.stop();
  }

  #takeForOnly(message: SpeechMessage): void {
    if (this.#closing.has(only)) return;
    if (message.text === undefined) return this.#fail('invalid_message', 'text is missing');
    const isOpen = this.#contexts.has(only);
    const context = this.#open(only, message);
    // The first text opens it and is a single space; a first text that says something is refused by the vendor.
    if (!isOpen && message.text !== ' ') return this.#fail('invalid_message', 'the first text must be a single space');
    if (message.text !== '') return context.addText(message.text, message.flush);
    this.#close(only, () => this.#socket.close(1000, ''));
  }

  #takeForContext(message: SpeechMessage): void {
    if (message.close_socket) return this.#closeAll();
    const { context_id: id } = message;
    if (id === undefined) return this.#fail('invalid_message', 'context_id is missing');
    if (this.#closing.has(id)) return;
    if (!this.#contexts.has(id) && message.close_context) return;
    if (!this.#contexts.has(id) && this.#contexts.size >= mostContexts) {
      return this.#fail('too_many_contexts', `More than ${mostContexts} contexts are open`);
    }
    const context = this.#open(id, message);
    if (message.text !== undefined || message.flush) context.addText(message.text ?? '', message.flush);
    if (message.close_context) this.#close(id, () => this.#closing.delete(id));
  }

  #open(id: string, message: SpeechMessage): SpeakingContext {
    const open = this.#contexts.get(id);
    if (open) return open;
    const { voice, encoding, auto_mode: autoMode } = this.#settings;
    const named = this.#name(id);
    const context = createSpeakingContext(this.#parts, { voice, encoding, autoMode }, (spoken) =>
      this.#send({ ...spoken, isFinal: null, ...named }),
    );
    const schedule = message.generation_config?.chunk_length_schedule;
    if (schedule) context.setSchedule(schedule);
    this.#contexts.set(id, context);
    return context;
  }

  /** What was said is spoken to its end. */
  #close(id: string, then: () => void): void {
    this.#closing.add(id);
    this.#contexts.get(id)?.finish(() => {
      this.#contexts.delete(id);
      this.#send({ audio: null, isFinal: true, ...this.#name(id) });
      then();
    });
  }

  #closeAll(): void {
    for (const context of this.#contexts.values()) context.stop();
    this.#contexts.clear();
    this.#socket.close(1000, '');
  }

  #name(id: string): { contextId?: string } {
    return this.#hasContexts ? { contextId: id } : {};
  }

  #fail(error: string, message: string): void {
    this.#send({ message, error, code: 1008 });
    this.#socket.close(1008, message.slice(0, 100));
  }

  #send(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }
}

export const streamInput: SocketEndpoint = {
  ...{ vendor: 'elevenlabs', kind: 'tts' },
  path: /^\/v1\/text-to-speech\/[^/?]+\/(?:multi-)?stream-input(?:\?|$)/u,
  checksKeyItself: true,
  refuse: refuseSpeechRequest,
  open(socket, request, parts) {
    const settings = parseSpeechRequest(request);
    if (settings) return new SpeechSession({ socket, request, parts, settings });
    socket.close(1008, 'bad query');
    return { message() {}, closed() {} };
  },
};
