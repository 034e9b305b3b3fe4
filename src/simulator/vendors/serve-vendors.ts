/** The simulated vendors' real face: one HTTP and WebSocket server, with each vendor below its own path. */
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { BodyCut, carryBody } from './faulty-body.ts';
import type { VendorParts, VendorRequest } from './vendor.ts';
import type { Switchboard } from './vendor-switchboard.ts';

const mostBodyBytes = 1024 * 1024;
/** OpenAI takes pieces of up to 15 MiB, which is the most of all. */
const mostMessageBytes = 16 * 1024 * 1024;

export interface VendorAddress {
  host: string;
  /** 0 takes a free one. */
  port: number;
}

export interface VendorServer {
  /** On a free port of 127.0.0.1 unless told. */
  start(at?: VendorAddress): Promise<{ url: string }>;
  /** Breaks every connection and lets the port go. */
  stop(): Promise<void>;
}

function toRequest(incoming: IncomingMessage, body?: Uint8Array): VendorRequest | null {
  const url = URL.parse(incoming.url ?? '/', 'http://127.0.0.1');
  if (!url) return null;
  const headers: VendorRequest['headers'] = {};
  for (const [name, value] of Object.entries(incoming.headers)) headers[name] = [value].flat().join(', ');
  return { method: incoming.method ?? 'GET', url, headers, ...(body ? { body } : {}) };
}

/** Aborted when the other side goes away. */
function whenGone(stream: Duplex | ServerResponse): AbortSignal {
  const gone = new AbortController();
  stream.once('close', () => gone.abort());
  return gone.signal;
}

export function createVendorServer(switchboard: Switchboard, parts: VendorParts): VendorServer {
  const upgrader = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: mostMessageBytes,
    // A client may offer its key as a sub-protocol; the vendors take the first name of the offer.
    handleProtocols: (protocols) => [...protocols][0] ?? false,
  });
  const server = createServer((incoming, outgoing) => {
    answer({ switchboard, parts, incoming, outgoing }).catch(() => outgoing.destroy());
  });
  server.on('upgrade', (incoming: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on('error', () => stream.destroy());
    upgrade({ switchboard, upgrader, incoming, stream, head }).catch(() => stream.destroy());
  });
  return {
    start: (at = { host: '127.0.0.1', port: 0 }) => listen(server, at),
    stop: () =>
      new Promise((resolve) => {
        switchboard.stop();
        for (const client of upgrader.clients) client.terminate();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, { host, port }: VendorAddress): Promise<{ url: string }> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const name = host.includes(':') ? `[${host}]` : host;
      resolve({ url: `http://${name}:${(server.address() as AddressInfo).port}` });
    });
  });
}

async function answer(asked: {
  switchboard: Switchboard;
  parts: VendorParts;
  incoming: IncomingMessage;
  outgoing: ServerResponse;
}): Promise<void> {
  const { switchboard, parts, incoming, outgoing } = asked;
  const gone = whenGone(outgoing);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBodyBytes) throw new BodyCut();
    chunks.push(chunk);
  }
  const request = toRequest(incoming, Buffer.concat(chunks));
  const found = request && (await switchboard.findAnswer(request, gone));
  if (!found) throw new BodyCut();
  outgoing.writeHead(found.answer.status, found.answer.headers);
  outgoing.flushHeaders();
  for await (const piece of carryBody(found, parts, gone)) {
    if (!outgoing.write(piece)) await drained(outgoing, gone);
  }
  outgoing.end();
}

function drained(outgoing: ServerResponse, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    outgoing.once('drain', resolve);
    gone.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function upgrade(asked: {
  switchboard: Switchboard;
  upgrader: WebSocketServer;
  incoming: IncomingMessage;
  stream: Duplex;
  head: Buffer;
}): Promise<void> {
  const { switchboard, upgrader, incoming, stream, head } = asked;
  const request = toRequest(incoming);
  const gone = whenGone(stream);
  const handshake = request && (await switchboard.shakeHands(request, gone));
  if (!handshake || handshake.type === 'nobody' || gone.aborted) {
    stream.destroy();
    return;
  }
  if (handshake.type === 'refused') {
    const { status, headers = {}, body } = handshake.refusal;
    const lines = Object.entries({
      ...headers,
      'content-length': String(Buffer.byteLength(body)),
      connection: 'close',
    });
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    stream.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${head}\r\n${body}`);
    return;
  }
  upgrader.handleUpgrade(incoming, stream, head, (socket) => {
    const session = switchboard.openSession(handshake, {
      deliver: (data) => socket.send(data),
      close: (code, reason) => socket.close(code, reason),
      drop: () => socket.terminate(),
    });
    socket.on('message', (data, isBinary) => session.message(isBinary ? toBytes(data) : data.toString()));
    socket.on('close', (code, reason) => session.closed(code, reason.toString()));
    ignoreErrors(socket);
  });
}

/** What breaks a socket is told by its closing, too. */
function ignoreErrors(socket: WebSocket): void {
  socket.on('error', () => {});
}

function toBytes(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
