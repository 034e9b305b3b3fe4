/** The network's end of a media stream's socket: numbers what it sends, keeps the log, and breaks where a fault wants it. */
import type { Clock } from '../../base/clock.ts';
import { note, type StreamLog } from '../call-record.ts';
import type { SocketFault } from '../faults.ts';
import type { Outside, OutsideSocket, SocketEnd } from '../outside.ts';
import { signTwilioRequest } from '../twilio-signature.ts';
import { frameMs } from './streamed-sound.ts';

export interface WireParts {
  clock: Clock;
  outside: Outside;
  account: { sid: string; authToken: string };
  log: StreamLog;
  fault: SocketFault;
}

export interface WireEvents {
  opened(): void;
  message(text: string): void;
  closed(end: SocketEnd): void;
}

const connectMs = 5000;
/** How long it waits for the application's half of a closing handshake. */
const closeMs = 2000;
const mostFrameBytes = 4 * 1024 * 1024;

export class StreamWire {
  readonly #parts: WireParts;
  #socket: OutsideSocket | null = null;
  #sequence = 0;
  #messages = 0;
  #cancelDrop: () => void = () => {};

  constructor(parts: WireParts) {
    this.#parts = parts;
  }

  open(events: WireEvents): void {
    const { outside, account, log } = this.#parts;
    const headers = {
      'user-agent': 'Twilio.TmeWs/1.0',
      'x-twilio-signature': signTwilioRequest(account.authToken, log.url),
    };
    this.#socket = outside.openSocket(
      { url: log.url, headers, connectMs, mostFrameBytes },
      {
        opened: () => events.opened(),
        message: (text) => {
          this.#countMessage();
          events.message(text);
        },
        closed: (end) => {
          this.#cancelDrop();
          this.#socket = null;
          events.closed(end);
        },
      },
    );
  }

  greet(): void {
    this.#write({ event: 'connected', protocol: 'Call', version: '1.0.0' });
  }

  send(event: 'start' | 'dtmf' | 'mark' | 'stop', body: Record<string, unknown>): void {
    this.#sequence += 1;
    const { sid } = this.#parts.log;
    this.#write({ event, sequenceNumber: String(this.#sequence), streamSid: sid, [event]: body });
  }

  /** `chunk` counts the frames from 1. */
  sendSound(payload: string, chunk: number): void {
    this.#sequence += 1;
    const { log } = this.#parts;
    log.framesSent += 1;
    // Written by hand, because it is by far the most frequent message of the whole network.
    this.#socket?.send(
      `{"event":"media","sequenceNumber":"${this.#sequence}","streamSid":"${log.sid}","media":` +
        `{"track":"inbound","chunk":"${chunk}","timestamp":"${chunk * frameMs}","payload":"${payload}"}}`,
    );
    this.#countMessage();
  }

  noteMessage(direction: 'to-app' | 'from-app', text: string): void {
    note(this.#parts.log.messages, { direction, atMs: this.#parts.clock.now(), text: text.slice(0, 2000) });
  }

  close(): void {
    const socket = this.#socket;
    if (!socket) return;
    socket.close(1000, '');
    this.#cancelDrop = this.#parts.clock.startTimer(closeMs, () => socket.drop());
  }

  #write(message: Record<string, unknown>): void {
    const text = JSON.stringify(message);
    this.noteMessage('to-app', text);
    this.#socket?.send(text);
    this.#countMessage();
  }

  #countMessage(): void {
    this.#messages += 1;
    const { fault } = this.#parts;
    if (fault.type === 'drop' && this.#messages === fault.atFrame) this.#socket?.drop();
  }
}
