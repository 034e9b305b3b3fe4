/** What the phone network reaches beyond itself: the application's webhooks and sockets. */
import { CallwrightError } from '../base/errors.ts';

export interface WebhookRequest {
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  /** Form-encoded; empty for GET. */
  body: string;
  /** How long to try to connect. */
  connectMs: number;
  /** Aborted when the answer is no longer wanted. */
  signal: AbortSignal;
}

export interface WebhookResponse {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: string;
}

/** Why nothing came back, in Twilio's numbers: 11205 connection, 11206 HTTP, 11210 name lookup, 11220 TLS. */
export class OutsideUnreachable extends CallwrightError {
  readonly twilioCode: 11205 | 11206 | 11210 | 11220;
  constructor(message: string, twilioCode: 11205 | 11206 | 11210 | 11220 = 11205) {
    super('simulator/outside-unreachable', message);
    this.twilioCode = twilioCode;
  }
}

export interface SocketRequest {
  url: string;
  headers: Record<string, string>;
  connectMs: number;
  /** A longer frame of the application breaks the protocol; 64 kB unless told. */
  mostFrameBytes?: number;
}

/** How a socket ended: `code` is 1006 when the connection broke. */
export interface SocketEnd {
  code: number;
  reason: string;
  /** Why it never opened. */
  refused?: string;
  /** How the application broke the WebSocket protocol. */
  violation?: string;
}

/** What a socket reports; `closed` comes exactly once and last, whatever happened before. */
export interface SocketEvents {
  opened(): void;
  message(text: string): void;
  closed(end: SocketEnd): void;
}

export interface OutsideSocket {
  send(text: string): void;
  close(code: number, reason: string): void;
  /** Breaks the connection without a word. */
  drop(): void;
}

export interface Outside {
  /** @throws OutsideUnreachable when no HTTP answer came back */
  requestWebhook(request: WebhookRequest): Promise<WebhookResponse>;
  openSocket(request: SocketRequest, events: SocketEvents): OutsideSocket;
}
