/** A load balancer as `docs/run-many-nodes.md` has it: one node after another, past those that are not ready. */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { systemClock, waitFor } from '../../src/base/clock.ts';
import { joinSockets } from '../setup/tcp-proxy.ts';

export interface LoadBalancer {
  url: string;
  port: number;
  /** How many requests, webhooks and sockets each node got, by its port. */
  served(port: number): Served;
  close(): void;
}

export interface Served {
  requests: number;
  webhooks: number;
  sockets: number;
}

/** What the carrier asks may be asked of a second node when a first one does not answer; nothing else may. */
const webhookPaths = /^\/(twiml|api\/(outbound-call-twiml|call-|transfer-))/;
const webhookMs = 5000;
const lookEveryMs = 250;
const healthMs = 2000;

export async function startLoadBalancer(nodePorts: readonly number[]): Promise<LoadBalancer> {
  const served = new Map(nodePorts.map((port) => [port, { requests: 0, webhooks: 0, sockets: 0 }]));
  const ready = new Set<number>();
  const closing = new AbortController();
  let turn = 0;
  /** All of them in turn, those that are ready before the others. */
  const order = () => {
    turn += 1;
    const inTurn = nodePorts.map((_, at) => nodePorts[(turn + at) % nodePorts.length] as number);
    return [...inTurn.filter((port) => ready.has(port)), ...inTurn.filter((port) => !ready.has(port))];
  };
  const count = (port: number, kind: keyof Served) => {
    const counts = served.get(port);
    if (counts) counts[kind] += 1;
  };

  const server = createServer((asked, answer) => void passOn(asked, answer));
  async function passOn(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const isWebhook = webhookPaths.test(asked.url ?? '');
    const body = await readAll(asked);
    for (const port of order()) {
      const came = await ask({ port, asked, body, answer, longestMs: isWebhook ? webhookMs : null });
      if (came === 'answered') count(port, isWebhook ? 'webhooks' : 'requests');
      else ready.delete(port);
      if (came === 'answered' || (came === 'silent' && !isWebhook)) break;
    }
    if (!answer.headersSent) answer.destroy();
  }

  const sockets = new Set<Socket>();
  server.on('upgrade', (asked, near: Socket) => {
    const port = order()[0] as number;
    count(port, 'sockets');
    const far = connect(port, '127.0.0.1', () => far.write(toHead(asked)));
    joinSockets(near, far, sockets);
  });

  const watch = async (port: number) => {
    while (!closing.signal.aborted) {
      const isReady = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(healthMs) }).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isReady) ready.add(port);
      else ready.delete(port);
      await waitFor(systemClock, lookEveryMs, closing.signal);
    }
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  for (const port of nodePorts) void watch(port);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    served: (node) => served.get(node) ?? { requests: 0, webhooks: 0, sockets: 0 },
    close() {
      closing.abort();
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}

interface Passing {
  port: number;
  asked: IncomingMessage;
  body: Buffer;
  answer: ServerResponse;
  /** Null: as long as it takes. */
  longestMs: number | null;
}

/** `refused`: nothing was sent; `silent`: what was sent has no answer, and may have been done. */
function ask({ port, asked, body, answer, longestMs }: Passing): Promise<'answered' | 'refused' | 'silent'> {
  const { method, url, headers } = asked;
  const forwarded = { ...headers, 'x-forwarded-for': asked.socket.remoteAddress ?? '' };
  return new Promise((resolve) => {
    let wasSent = false;
    const passed = request({ port, host: '127.0.0.1', method, path: url, headers: forwarded, agent: false });
    passed.on('socket', (socket) => socket.once('connect', () => (wasSent = true)));
    if (longestMs !== null) passed.setTimeout(longestMs, () => passed.destroy(new Error('the node is silent')));
    passed.on('error', () => resolve(wasSent ? 'silent' : 'refused'));
    passed.on('response', (came) => {
      answer.writeHead(came.statusCode ?? 502, came.headers);
      came.pipe(answer);
      came.on('error', () => answer.destroy());
      answer.on('close', () => passed.destroy());
      resolve('answered');
    });
    passed.end(body);
  });
}

async function readAll(asked: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of asked) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function toHead({ method, url, rawHeaders }: IncomingMessage): string {
  const lines = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1]}`] : []));
  return `${[`${method} ${url} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`;
}
