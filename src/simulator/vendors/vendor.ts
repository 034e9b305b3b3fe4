/** The shape of a simulated vendor of speech: endpoints that are told what came over the wire and answer on it. */
import type { Synthesize } from '../../audio/spoken-sound.ts';
import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';

export type VendorName = 'deepgram' | 'elevenlabs' | 'openai' | 'cartesia';
export type VendorKind = 'stt' | 'tts' | 'agent' | 'llm';

export interface VendorRequest {
  method: string;
  /** As the vendor would see it: the prefix of its name is taken off the path; `http:` or `ws:`. */
  url: URL;
  /** Names in lower case. */
  headers: Record<string, string | undefined>;
  body?: Uint8Array;
}

/** The vendor's end of a socket. What is sent arrives in order and never before `send` has returned. */
export interface VendorSocket {
  send(data: string | Uint8Array): void;
  close(code: number, reason: string): void;
  /** Breaks the connection without a word. */
  drop(): void;
}

/** What one connection does with what comes; made when the handshake is done. Neither may throw. */
export interface VendorSession {
  message(data: string | Uint8Array): void;
  /** The connection is gone, whoever ended it; called once, and then every timer of the session must be stopped. */
  closed(): void;
}

export interface VendorDelays {
  /** From text that is to be spoken to its first sound; 80 unless told, 0 for benches. */
  firstSoundMs: number;
  /** How many times faster than it sounds speech is sent; 10 unless told, `Infinity` sends it all at once. */
  soundSpeed: number;
}

/** What a vendor's own language model would be: gives the agent's next words, or asks for a tool. */
export type Brain = (talk: {
  instructions: string;
  greeting: string | null;
  /** In order; a tool's is what it gave back. */
  said: readonly ({ by: 'person' | 'agent'; text: string } | { by: 'tool'; name: string; text: string })[];
  /** Their names. */
  tools: readonly string[];
  signal: AbortSignal;
}) => AsyncIterable<{ type: 'text'; text: string } | { type: 'tool'; name: string; argumentsJson: string }>;

/**
 * `refused` (nobody takes the connection), `401`, `429` and `500` act at the handshake or on the HTTP answer. The
 * others act on what is sent, in sessions that are open as well: `stall` holds everything back (handshakes and HTTP
 * answers, too) until it is lifted; `slow-first-byte` has everything arrive 3 s later; `drip` lets one message (or
 * 1,600 bytes of an HTTP body) through in 400 ms; `bad-json` spoils every message; `close` ends open sessions with
 * 1011 and new ones once they are open, and breaks HTTP bodies off; `huge-message` puts 5 MB before the next message
 * of each session, once.
 */
export type VendorFault =
  | 'none'
  | 'refused'
  | '401'
  | '429'
  | '500'
  | 'stall'
  | 'slow-first-byte'
  | 'drip'
  | 'bad-json'
  | 'close'
  | 'huge-message';

export interface VendorFaults {
  /** From now on; without a vendor for all of them. */
  set(kind: VendorKind, fault: VendorFault, vendor?: VendorName): void;
  of(kind: VendorKind, vendor: VendorName): VendorFault;
  /** Tells after each `set`; gives back what ends the telling. */
  onSet(listener: () => void): () => void;
}

export interface VendorParts {
  clock: Clock;
  random: Random;
  synthesize: Synthesize;
  faults: VendorFaults;
  brain: Brain;
  delays: VendorDelays;
}

/** A request that is turned down, in the vendor's own words. */
export interface VendorRefusal {
  status: number;
  headers?: Record<string, string>;
  body: string;
}

interface EndpointFacts {
  vendor: VendorName;
  kind: VendorKind;
  /** Tested on the path with its query. The first endpoint that fits takes the request. */
  path: RegExp;
  /** Whether one without a key is let in, because it may be shown elsewhere; a wrong key never is. */
  checksKeyItself?: true;
}

export interface SocketEndpoint extends EndpointFacts {
  /** Turns a handshake down before it is accepted. */
  refuse?(request: VendorRequest): VendorRefusal | null;
  open(socket: VendorSocket, request: VendorRequest, parts: VendorParts): VendorSession;
}

export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  /** Bytes as they are made; ended early (`return`) when nobody reads on. */
  body: string | AsyncIterable<Uint8Array>;
}

export interface HttpEndpoint extends EndpointFacts {
  method: string;
  answer(request: VendorRequest, parts: VendorParts): Promise<HttpAnswer>;
}

/** What each simulated vendor brings. */
export interface VendorEndpoints {
  sockets: readonly SocketEndpoint[];
  http: readonly HttpEndpoint[];
}
