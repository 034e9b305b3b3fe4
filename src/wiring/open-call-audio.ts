/** Sockets on which operators hear live calls; a ticket says who may, since a browser cannot send a key along. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { messageOf } from '../base/errors.ts';
import { type ListenInParts, listenerCloses, listenIn } from '../call/listen-in.ts';
import { createHandshakeBook } from '../socket-limits.ts';
import { type OwnSocket, watchSocket } from '../sockets.ts';
import { firstMessage, isOwnPage, largestFrame, toMessageSocket } from './own-sockets.ts';

const pattern = /^\/v1\/calls\/(\w{1,100})\/audio$/;
/** Of all calls of this server together. */
const mostSockets = 200;
/** Not yet known to have a ticket. */
const handshakeLimits = { maxHandshakes: 50, maxHandshakesPerAddress: 10 };
/** An operator whose line breaks without a word must not leave a person in silence. */
const idleMs = 15_000;

const helloSchema = z.strictObject({ type: z.literal('hello'), ticket: z.string().max(100) });

export function openCallAudio(parts: ListenInParts): OwnSocket {
  const { clock, log } = parts;
  const handshakes = createHandshakeBook(handshakeLimits);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: largestFrame, perMessageDeflate: false });

  const begin = async (socket: WebSocket, callId: string) => {
    const hello = helloSchema.safeParse(await firstMessage(socket, clock));
    const { code, reason } = listenerCloses.badTicket;
    if (!hello.success) return socket.close(code, reason);
    await listenIn(parts, { callId, ticket: hello.data.ticket }, toMessageSocket(socket, clock));
  };

  return {
    pattern,
    open(request: IncomingMessage, socket: Duplex, head: Buffer) {
      const [, callId] = pattern.exec((request.url ?? '').split('?')[0] ?? '') ?? [];
      if (callId === undefined || !isOwnPage(request)) return refuse(socket, '403 Forbidden');
      const end = sockets.clients.size < mostSockets && handshakes.begin(request.socket.remoteAddress ?? '');
      if (!end) return refuse(socket, '503 Service Unavailable');
      socket.once('close', end);
      sockets.handleUpgrade(request, socket, head, (opened) => {
        opened.on('error', () => opened.terminate());
        watchSocket(opened, { clock, log, idleMs });
        begin(opened, callId)
          .catch((error) => {
            log.error({ callId, reason: messageOf(error) }, 'a call could not be listened to');
            opened.close(1011, 'server fault');
          })
          .finally(end);
      });
    },
    close() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
    },
  };
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
