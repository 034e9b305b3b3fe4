/** The network face: takes the port at once, and mounts the API and the carrier's webhooks on it. */
import { createServer, type Server as HttpServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance, FastifyServerFactory } from 'fastify';
import { CallwrightError } from './base/errors.ts';
import type { Logger } from './base/log.ts';
import type { Carrier, CarrierEvent, CarrierInstruction, CarrierRequest, CarrierRoute } from './ports/carrier.ts';
import { whileAwaited } from './store/urgency.ts';

export interface BoundServer {
  port: number;
  /** Hands the port to an application; until then every request but /healthz is told to come back. */
  serverFactory: FastifyServerFactory;
  http: HttpServer;
  close(): Promise<void>;
}

/** Sockets of calls included. */
const mostConnections = 20_000;

const whileStarting: RequestListener = (request, response) => {
  const isHealth = request.url === '/healthz';
  response.writeHead(isHealth ? 200 : 503, { 'content-type': 'application/json', 'retry-after': '1' });
  response.end(JSON.stringify(isHealth ? { status: 'ok' } : { status: 'not ready', why: 'the server is starting' }));
};

/**
 * `patience`: how long the head of a request, and all of it, may take to come.
 * @throws CallwrightError `server/port-taken` or `server/cannot-listen`
 */
export async function bindServer(
  address: { host: string; port: number },
  patience = { headersMs: 10_000, requestMs: 15_000 },
): Promise<BoundServer> {
  let listener: RequestListener = whileStarting;
  // Who is too slow is not only to be found at the next request.
  const timing = { connectionsCheckingInterval: patience.headersMs / 10 };
  const http = createServer(timing, (request, response) => listener(request, response));
  http.maxConnections = mostConnections;
  http.headersTimeout = patience.headersMs;
  http.requestTimeout = patience.requestMs;
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
      const instruction: CarrierInstruction = event
        ? await whileAwaited('carrier', () => hear(event))
        : { type: 'acknowledge' };
      const answer = route.reply(instruction);
      if (answer.contentType !== null) reply.type(answer.contentType);
      return reply.code(answer.status).send(answer.body);
    },
  });
}

function toCarrierRequest(request: IncomingMessage, body: string): CarrierRequest {
  return { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
}
