/** The network face: takes the port at once, mounts the API, the carrier's webhooks and the relay sockets. */
import { createServer, type Server as HttpServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyInstance, FastifyServerFactory } from 'fastify';
import { type WebSocket, WebSocketServer } from 'ws';
import { CallwrightError, messageOf } from './base/errors.ts';
import type { Logger } from './base/log.ts';
import type { TextSocket } from './call/converse/relay.ts';
import type { Carrier, CarrierEvent, CarrierInstruction, CarrierRequest, CarrierRoute } from './ports/carrier.ts';

export interface BoundServer {
  port: number;
  /** Hands the port to an application; until then every request but /healthz is told to come back. */
  serverFactory: FastifyServerFactory;
  http: HttpServer;
  close(): Promise<void>;
}

const whileStarting: RequestListener = (request, response) => {
  const isHealth = request.url === '/healthz';
  response.writeHead(isHealth ? 200 : 503, { 'content-type': 'application/json', 'retry-after': '1' });
  response.end(JSON.stringify(isHealth ? { status: 'ok' } : { status: 'not ready', why: 'the server is starting' }));
};

/** @throws CallwrightError `server/port-taken` or `server/cannot-listen` */
export async function bindServer(address: { host: string; port: number }): Promise<BoundServer> {
  let listener: RequestListener = whileStarting;
  const http = createServer((request, response) => listener(request, response));
  http.headersTimeout = 10_000;
  http.requestTimeout = 15_000;
  http.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    http.once('error', (error: NodeJS.ErrnoException) => reject(toBindError(error, address)));
    http.listen(address.port, address.host, resolve);
  });
  return {
    http,
    port: (http.address() as AddressInfo).port,
    serverFactory: (handler) => {
      listener = handler as RequestListener;
      return http;
    },
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}

function toBindError(error: NodeJS.ErrnoException, { host, port }: { host: string; port: number }): CallwrightError {
  if (error.code !== 'EADDRINUSE') {
    return new CallwrightError('server/cannot-listen', `The server cannot listen on ${host}:${port}: ${error.message}`);
  }
  const mend = `Stop the program that listens there, or set PORT to a free port (PORT=0 takes any).`;
  return new CallwrightError('server/port-taken', `Port ${port} on ${host} is taken. ${mend}`);
}

export interface WebhookParts {
  carrier: Carrier;
  log: Logger;
  hear(event: CarrierEvent): Promise<CarrierInstruction>;
}

const largestWebhook = 64 * 1024;

/** Mounts every webhook of the carrier; none is reached without the carrier's signature. */
export function mountWebhooks(app: FastifyInstance, parts: WebhookParts): void {
  app.register(async (webhooks) => {
    webhooks.removeAllContentTypeParsers();
    webhooks.addContentTypeParser('*', { parseAs: 'string', bodyLimit: largestWebhook }, (_request, body, done) =>
      done(null, body),
    );
    for (const route of Object.values(parts.carrier.routes)) mountWebhook(webhooks, route, parts);
  });
}

function mountWebhook(app: FastifyInstance, route: CarrierRoute, { carrier, hear, log }: WebhookParts): void {
  app.route({
    method: route.method,
    url: route.path,
    handler: async (request, reply) => {
      const received = toCarrierRequest(request.raw, typeof request.body === 'string' ? request.body : '');
      if (!carrier.verify(received)) {
        log.warn({ path: route.path, requestId: request.id }, 'webhook without a valid signature refused');
        return reply.code(403).type('text/plain').send('The signature is missing or wrong.');
      }
      const event = route.parse(received);
      const instruction: CarrierInstruction = event ? await hear(event) : { type: 'acknowledge' };
      const answer = route.reply(instruction);
      if (answer.contentType !== null) reply.type(answer.contentType);
      return reply.code(answer.status).send(answer.body);
    },
  });
}

function toCarrierRequest(request: IncomingMessage, body: string): CarrierRequest {
  return { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
}

export interface SocketParts {
  carrier: Carrier;
  log: Logger;
  /** Path under which relay sockets are opened, without a trailing slash. */
  relayPath: string;
  /** What to do with a socket that has the right to be there; null refuses it before it is opened. */
  admit(claim: { callId: string; token: string }): Promise<((socket: TextSocket) => void) | null>;
}

const largestFrame = 64 * 1024;

/** Opens relay sockets for those who may; everyone else is refused before the upgrade. */
export function mountSockets(http: HttpServer, parts: SocketParts): { close(): void } {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: largestFrame, perMessageDeflate: false });
  const refuse = (socket: Duplex, status: string) => {
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  };
  const receive = async (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const claim = toClaim(parts.relayPath, request.url ?? '');
    if (!claim) return refuse(socket, '404 Not Found');
    if (!parts.carrier.verifySocket(toCarrierRequest(request, ''))) return refuse(socket, '403 Forbidden');
    const begin = await parts.admit(claim);
    if (!begin) return refuse(socket, '403 Forbidden');
    sockets.handleUpgrade(request, socket, head, (opened) => begin(toTextSocket(opened)));
  };
  http.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    receive(request, socket, head).catch((error) => {
      parts.log.error({ reason: messageOf(error) }, 'socket could not be opened');
      refuse(socket, '503 Service Unavailable');
    });
  });
  return { close: () => sockets.close() };
}

/** The call and token that a socket's path names; null for any other path. */
function toClaim(folder: string, url: string): { callId: string; token: string } | null {
  const path = url.split('?')[0] ?? '';
  if (!path.startsWith(`${folder}/`)) return null;
  const [, callId, token] = /^(\w{1,100})\/([\w-]{1,100})$/.exec(path.slice(folder.length + 1)) ?? [];
  return callId && token ? { callId, token } : null;
}

/** Frames wait until somebody listens, so none is lost while the call is being read from the store. */
function toTextSocket(socket: WebSocket): TextSocket {
  socket.pause();
  let isClosed: { clean: boolean } | null = null;
  socket.on('error', () => socket.terminate());
  socket.on('close', (code) => {
    isClosed = { clean: code === 1000 || code === 1005 };
  });
  return {
    send(frame) {
      if (socket.readyState === socket.OPEN) socket.send(frame);
    },
    close: (code, reason) => socket.close(code, reason),
    onFrame(listener) {
      socket.on('message', (message, isBinary) => {
        if (!isBinary) listener(message.toString());
      });
      socket.resume();
    },
    onClose(listener) {
      if (isClosed) return listener(isClosed.clean);
      socket.on('close', (code) => listener(code === 1000 || code === 1005));
    },
  };
}
