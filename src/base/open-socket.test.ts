/** Real sockets on loopback. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { openWebSocket } from './open-socket.ts';
import type { RawSocket, RawSocketEnd } from './raw-socket.ts';

let http: Server;
let sockets: WebSocketServer;
let url: string;

beforeEach(async () => {
  http = createServer();
  sockets = new WebSocketServer({ server: http, path: '/ok' });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}`;
});

afterEach(async () => {
  for (const client of sockets.clients) client.terminate();
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
});

interface Opened {
  raw: RawSocket;
  messages: (string | Uint8Array)[];
  opened: Promise<void>;
  received(count: number): Promise<void>;
  closed: Promise<RawSocketEnd>;
  readonly closings: number;
}

function open(path: string, headers: Record<string, string> = {}): Opened {
  const opening = Promise.withResolvers<void>();
  const closing = Promise.withResolvers<RawSocketEnd>();
  const messages: (string | Uint8Array)[] = [];
  let closings = 0;
  let awaited: { count: number; done(): void } | null = null;
  const raw = openWebSocket(
    { url: path.includes(':') ? path : `${url}${path}`, headers },
    {
      opened: opening.resolve,
      message(data) {
        messages.push(data);
        if (awaited && messages.length >= awaited.count) awaited.done();
      },
      closed(end) {
        closings += 1;
        closing.resolve(end);
      },
    },
  );
  return {
    raw,
    messages,
    opened: opening.promise,
    received: (count) =>
      new Promise((done) => {
        awaited = { count, done };
        if (messages.length >= count) done();
      }),
    closed: closing.promise,
    get closings() {
      return closings;
    },
  };
}

async function accepted(): Promise<[WebSocket, import('node:http').IncomingMessage]> {
  return (await once(sockets, 'connection')) as [WebSocket, import('node:http').IncomingMessage];
}

describe('a real socket', () => {
  it('carries text as text and bytes as bytes, both ways, with its headers', async () => {
    const server = accepted();
    const { raw, opened, messages, received } = open('/ok', { Authorization: 'Token k' });
    const [other, request] = await server;
    await opened;
    expect(request.headers).toMatchObject({ authorization: 'Token k' });
    expect(request.headers['sec-websocket-extensions']).toBeUndefined();
    other.on('message', (data, isBinary) => other.send(data, { binary: isBinary }));
    raw.send('héllo');
    raw.send(Uint8Array.of(1, 2, 255));
    await received(2);
    expect(messages[0]).toBe('héllo');
    expect([...(messages[1] as Uint8Array)]).toEqual([1, 2, 255]);
    raw.drop();
  });

  it.each([401, 402, 429, 500, 302])('tells that its handshake was answered with %i', async (status) => {
    http.removeAllListeners('upgrade');
    http.on('upgrade', (_request, socket) => socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`));
    const socket = open('/no');
    expect(await socket.closed).toMatchObject({ refusedStatus: status });
    expect(socket.closings).toBe(1);
  });

  it('tells how the vendor closed it', async () => {
    const server = accepted();
    const { closed } = open('/ok');
    const [other] = await server;
    other.close(1011, 'NET-0001');
    expect(await closed).toEqual({ code: 1011, reason: 'NET-0001', refusedStatus: null });
  });

  it('tells that nobody is there', async () => {
    const { port } = http.address() as AddressInfo;
    await new Promise((resolve) => http.close(resolve));
    const end = await open(`ws://127.0.0.1:${port}/ok`).closed;
    expect(end).toMatchObject({ code: 1006, refusedStatus: null });
    expect(end.reason).toContain('ECONNREFUSED');
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
  });

  it.each([
    ['no address at all', 'nonsense:', {}],
    ['a key that no header can hold', '/ok', { Authorization: 'Token a\nb' }],
  ])('tells, and throws nothing, when it was given %s', async (_what, path, headers) => {
    const end = await open(path, headers).closed;
    expect(end).toMatchObject({ code: 1006, refusedStatus: null });
    expect(end.reason).not.toContain('Token');
  });

  it('ends once, whether it is dropped before it is open or after', async () => {
    const early = open('/ok');
    early.raw.drop();
    expect(await early.closed).toMatchObject({ code: 1006 });
    early.raw.send('x');
    early.raw.close(1000, '');
    early.raw.drop();
    const server = accepted();
    const late = open('/ok');
    await server;
    await late.opened;
    late.raw.drop();
    expect(await late.closed).toMatchObject({ code: 1006 });
    expect([early.closings, late.closings]).toEqual([1, 1]);
  });

  it('refuses a message that is far too large', async () => {
    const server = accepted();
    const { closed, messages } = open('/ok');
    const [other] = await server;
    other.send(Buffer.alloc(9_000_000));
    expect(await closed).toMatchObject({ refusedStatus: null });
    expect(messages).toEqual([]);
  });

  it('sends what was sent before it was closed', async () => {
    const server = accepted();
    const { raw, opened, closed } = open('/ok');
    const [other] = await server;
    await opened;
    const heard: string[] = [];
    other.on('message', (data) => heard.push(String(data)));
    raw.send('one');
    raw.send('bye');
    raw.close(1000, '');
    expect(await closed).toMatchObject({ code: 1000 });
    expect(heard).toEqual(['one', 'bye']);
  });
});
