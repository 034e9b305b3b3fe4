/** Reaches applications over real HTTP and WebSockets. */
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { WebSocket } from 'ws';
import type { Clock } from '../base/clock.ts';
import {
  type Outside,
  type OutsideSocket,
  OutsideUnreachable,
  type SocketEvents,
  type SocketRequest,
  type WebhookRequest,
  type WebhookResponse,
} from './outside.ts';

/** Enough to see that an answer is too long, and no more. */
const mostAnswerBytes = 1024 * 1024;
const usualFrameBytes = 64 * 1024;
/** An application that reads no more loses its socket when this much waits for it. */
const mostUnreadBytes = 8 * 1024 * 1024;

export interface HttpOutside extends Outside {
  /** Breaks every open socket. */
  stop(): void;
}

export function createHttpOutside(clock: Clock): HttpOutside {
  const sockets = new Set<WebSocket>();
  return {
    requestWebhook: (request) => requestWebhook(clock, request),
    openSocket: (request, events) => openSocket(sockets, request, events),
    stop() {
      for (const socket of sockets) socket.terminate();
    },
  };
}

function toUnreachable(error: NodeJS.ErrnoException): OutsideUnreachable {
  const code = error.code ?? '';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return new OutsideUnreachable(error.message, 11210);
  if (/CERT|TLS|SSL|ALTNAME/.test(code)) return new OutsideUnreachable(error.message, 11220);
  if (code.startsWith('HPE_') || code === 'ECONNRESET') return new OutsideUnreachable(error.message, 11206);
  return new OutsideUnreachable(error.message, 11205);
}

function requestWebhook(clock: Clock, wanted: WebhookRequest): Promise<WebhookResponse> {
  return new Promise((resolve, reject) => {
    const { url, method, headers, body, signal } = wanted;
    const start = url.startsWith('https:') ? requestHttps : requestHttp;
    // No connection is kept: a webhook that meets an idle connection just being closed would fail for nothing.
    const request = start(url, { method, headers, signal, agent: false });
    const cancelConnect = cancelWhenConnected(clock, request, wanted.connectMs);
    request.on('error', (error) => {
      cancelConnect();
      reject(error instanceof OutsideUnreachable ? error : toUnreachable(error));
    });
    request.on('response', (response) => {
      readAnswer(response).then(
        (text) => resolve({ status: response.statusCode ?? 0, headers: toPlainHeaders(response), body: text }),
        (error: NodeJS.ErrnoException) => reject(toUnreachable(error)),
      );
    });
    request.end(body);
  });
}

function cancelWhenConnected(clock: Clock, request: ClientRequest, connectMs: number): () => void {
  const cancel = clock.startTimer(connectMs, () => {
    request.destroy(new OutsideUnreachable(`no connection within ${connectMs} ms`));
  });
  request.on('socket', (socket) => socket.once('connect', cancel));
  request.on('close', cancel);
  return cancel;
}

async function readAnswer(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > mostAnswerBytes) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function toPlainHeaders(response: IncomingMessage): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) plain[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return plain;
}

function openSocket(sockets: Set<WebSocket>, request: SocketRequest, events: SocketEvents): OutsideSocket {
  const socket = new WebSocket(request.url.split('#', 1)[0] ?? '', {
    headers: request.headers,
    handshakeTimeout: request.connectMs,
    maxPayload: request.mostFrameBytes ?? usualFrameBytes,
    perMessageDeflate: false,
  });
  sockets.add(socket);
  let refused: string | undefined;
  let violation: string | undefined;
  let hasOpened = false;
  socket.on('open', () => {
    hasOpened = true;
    events.opened();
  });
  socket.on('message', (frame) => events.message(frame.toString()));
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (!hasOpened) refused ??= error.message;
    else if (error.code?.startsWith('WS_ERR_')) violation ??= error.message;
  });
  socket.on('close', (code, reason) => {
    sockets.delete(socket);
    events.closed({
      ...{ code, reason: reason.toString() },
      ...(refused === undefined ? {} : { refused }),
      ...(violation === undefined ? {} : { violation }),
    });
  });
  return {
    send(text) {
      if (socket.bufferedAmount > mostUnreadBytes) return socket.terminate();
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close: (code, reason) => socket.close(code, reason),
    drop: () => socket.terminate(),
  };
}
