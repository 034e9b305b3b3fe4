/** The carrier's sockets: opened for who has the right to one, and kept within limits; everyone else is refused before. */
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from './base/clock.ts';
import { messageOf } from './base/errors.ts';
import type { Logger } from './base/log.ts';
import type { BeginSession, SocketRoute } from './call/call-sockets.ts';
import type { TextSocket } from './call/text-socket.ts';
import type { Carrier } from './ports/carrier.ts';
import { createFrameBudget, createHandshakeBook, type SocketLimits } from './socket-limits.ts';
import { whileAwaited } from './store/urgency.ts';

/** A socket that is not the carrier's: it sees for itself who may open it. */
export interface OwnSocket {
  /** Matches the whole path, without a query. */
  pattern: RegExp;
  open(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

export interface SocketParts {
  carrier: Pick<Carrier, 'verifySocket'>;
  clock: Clock;
  log: Logger;
  routes: readonly SocketRoute[];
  limits: SocketLimits;
  own: readonly OwnSocket[];
}

const largestFrame = 64 * 1024;
/** The other side has stopped reading when this much waits for it. */
const mostBuffered = 1024 * 1024;
/** How long it may take to find out whether a socket has the right to be there. */
const handshakeMs = 2000;

/** Mounts every socket of the carrier, none opened without the carrier's signature, and our own. */
export function mountSockets(http: HttpServer, parts: SocketParts): { close(): void } {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: largestFrame, perMessageDeflate: false });
  const handshakes = createHandshakeBook(parts.limits);

  const receive = async (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const own = parts.own.find((each) => each.pattern.test(path));
    if (own) return own.open(request, socket, head);
    const { route, named } = findRoute(parts.routes, path);
    if (!route) return refuse(socket, '404 Not Found');
    const end = sockets.clients.size < parts.limits.maxOpen && handshakes.begin(request.socket.remoteAddress ?? '');
    if (!end) {
      parts.log.warn({ openSockets: sockets.clients.size }, 'too many sockets: one was refused');
      return refuse(socket, '503 Service Unavailable');
    }
    try {
      const begin = isSigned(parts, request) ? await inTime(parts.clock, route.admit(named)) : null;
      if (!begin) return refuse(socket, '403 Forbidden');
      await openAndBegin({ request, socket, head }, begin, route);
    } finally {
      end();
    }
  };

  const openAndBegin = async (
    { request, socket, head }: { request: IncomingMessage; socket: Duplex; head: Buffer },
    begin: BeginSession,
    route: SocketRoute,
  ) => {
    const opened = await new Promise<TextSocket | null>((resolve) => {
      // One that is gone meanwhile is never opened.
      if (socket.destroyed) return resolve(null);
      socket.once('close', () => resolve(null));
      const { idleMs } = route;
      sockets.handleUpgrade(request, socket, head, (opened) => resolve(toTextSocket(opened, { ...parts, idleMs })));
    });
    await begin(opened ?? closedSocket).catch((error) => {
      parts.log.error({ reason: messageOf(error) }, 'socket could not be joined to a call');
      opened?.close(1011, 'server fault');
    });
  };

  http.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    whileAwaited('carrier', () => receive(request, socket, head)).catch((error) => {
      parts.log.error({ reason: messageOf(error) }, 'socket could not be opened');
      refuse(socket, '503 Service Unavailable');
    });
  });
  return {
    close() {
      for (const own of parts.own) own.close();
      sockets.close();
      for (const socket of sockets.clients) socket.terminate();
    },
  };
}

/** The right to a session was taken up and its socket is gone: to the call that is a line that broke at once. */
const closedSocket: TextSocket = {
  send() {},
  close() {},
  onFrame() {},
  onClose: (listener) => listener(false),
};

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function findRoute(routes: readonly SocketRoute[], path: string) {
  for (const route of routes) {
    const match = route.pattern.exec(path);
    if (match) return { route, named: { ...match.groups } };
  }
  return { route: null, named: {} };
}

function isSigned({ carrier }: SocketParts, request: IncomingMessage): boolean {
  const { method = '', url = '', headers } = request;
  return carrier.verifySocket({ method, path: url, headers, body: '' });
}

/** @throws Error when it takes longer than a handshake may */
async function inTime<T>(clock: Clock, work: Promise<T>): Promise<T> {
  const limit = Promise.withResolvers<never>();
  const stopTimer = clock.startTimer(handshakeMs, () => limit.reject(new Error('the handshake took too long')));
  try {
    return await Promise.race([work, limit.promise]);
  } finally {
    stopTimer();
  }
}

/** Frames wait until somebody listens, so none is lost while the call is being read from the store. */
function toTextSocket(socket: WebSocket, parts: SocketParts & { idleMs: number }): TextSocket {
  socket.pause();
  let isClosed: { clean: boolean } | null = null;
  let isHeard = false;
  let hear: (frame: string) => void = () => {};
  const isWithinBudget = createFrameBudget(parts.limits, parts.clock.monotonicMs());
  const stayAwake = watchSocket(socket, parts);
  socket.on('error', () => socket.terminate());
  socket.on('close', (code) => {
    isClosed = { clean: code === 1000 || code === 1005 };
  });
  socket.on('message', (message, isBinary) => {
    stayAwake();
    if (!isWithinBudget(parts.clock.monotonicMs())) return socket.close(1008, 'too many frames');
    if (!isBinary && socket.readyState === socket.OPEN) hear(message.toString());
  });
  return {
    send(frame) {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > mostBuffered) return socket.terminate();
      socket.send(frame);
    },
    close: (code, reason) => socket.close(code, reason),
    onFrame(listener) {
      hear = listener;
      if (!isHeard) socket.resume();
      isHeard = true;
    },
    onClose(listener) {
      if (isClosed) return listener(isClosed.clean);
      socket.on('close', (code) => listener(code === 1000 || code === 1005));
    },
  };
}

/** Breaks a line on which neither a frame nor the answer to a ping was heard for too long. */
export function watchSocket(
  socket: WebSocket,
  { clock, idleMs, log }: { clock: Clock; log: Logger; idleMs: number },
): () => void {
  let heardAtMs = clock.monotonicMs();
  let cancel = () => {};
  const look = () => {
    cancel = clock.startTimer(idleMs / 3, () => {
      if (clock.monotonicMs() - heardAtMs >= idleMs) {
        log.warn({ idleMs }, 'nothing was heard on a socket any more');
        return socket.terminate();
      }
      if (socket.readyState === socket.OPEN) socket.ping();
      return look();
    });
  };
  const stayAwake = () => {
    heardAtMs = clock.monotonicMs();
  };
  look();
  socket.on('pong', stayAwake);
  socket.on('close', () => cancel());
  return stayAwake;
}
