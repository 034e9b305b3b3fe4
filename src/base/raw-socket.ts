/** A socket that we open to a vendor, as little of it as codecs need; real ones and simulated ones look the same. */

export interface SocketTarget {
  /** `ws:` or `wss:`. */
  url: string;
  headers: Readonly<Record<string, string>>;
}

export interface RawSocketEnd {
  /** Close code; 1006 when the connection broke or never opened. */
  code: number;
  reason: string;
  /** HTTP status of a refused handshake; null when it was accepted or nobody answered. */
  refusedStatus: number | null;
}

/** What a socket reports; `closed` comes exactly once and last, whatever happened before. */
export interface RawSocketEvents {
  opened(): void;
  /** Text as a string, binary frames as bytes. */
  message(data: string | Uint8Array): void;
  closed(end: RawSocketEnd): void;
}

export interface RawSocket {
  /** Only after `opened`; dropped silently once closed. */
  send(data: string | Uint8Array): void;
  /** Bytes that wait to be taken by the network. */
  readonly waitingBytes: number;
  close(code: number, reason: string): void;
  /** Breaks the connection without a word. */
  drop(): void;
}

/** Never throws, and reports nothing before it has returned. */
export type OpenSocket = (target: SocketTarget, events: RawSocketEvents) => RawSocket;
