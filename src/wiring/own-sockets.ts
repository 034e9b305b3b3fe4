/** What our own sockets, of browsers and not of the carrier, have in common: who may open one, its first word, and its pace. */
import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { type Clock, waitFor } from '../base/clock.ts';
import { createFrameBudget } from '../socket-limits.ts';

/** By then one must have said whose it is. */
const helloMs = 10_000;
/** Of text and of sound; a microphone needs 50 a second. */
const pace = { framesPerSecond: 150, burstFrames: 300 };
export const largestFrame = 16 * 1024;
/** A browser that has stopped listening is cut off. */
const mostBuffered = 1024 * 1024;

/** A page of another site must not open one through its visitor's browser. */
export function isOwnPage({ headers: { origin, host } }: IncomingMessage): boolean {
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
}

/** Null when none came in time. */
export async function firstMessage(socket: WebSocket, clock: Clock): Promise<unknown> {
  const arrived = Promise.withResolvers<unknown>();
  const late = new AbortController();
  const hear = (data: unknown, isBinary: boolean) => arrived.resolve(isBinary ? null : parseJson(String(data)));
  socket.once('message', hear);
  socket.once('close', () => arrived.resolve(null));
  void waitFor(clock, helloMs, late.signal).then(() => arrived.resolve(null));
  const message = await arrived.promise;
  late.abort();
  socket.off('message', hear);
  return message;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Text and bytes both ways, within the pace. */
export function toMessageSocket(socket: WebSocket, clock: Clock) {
  const isWithinBudget = createFrameBudget(pace, clock.monotonicMs());
  return {
    get waitingBytes() {
      return socket.bufferedAmount;
    },
    send(message: string | Uint8Array): void {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > mostBuffered) return socket.terminate();
      socket.send(message);
    },
    close: (code: number, reason: string) => socket.close(code, reason),
    onMessage(listener: (message: string | Uint8Array) => void): void {
      socket.on('message', (data: Buffer, isBinary) => {
        if (!isWithinBudget(clock.monotonicMs())) return socket.close(1008, 'too many frames');
        listener(isBinary ? new Uint8Array(data) : data.toString());
      });
    },
    onClose(listener: () => void): void {
      if (socket.readyState === socket.OPEN) socket.on('close', listener);
      else listener();
    },
  };
}
