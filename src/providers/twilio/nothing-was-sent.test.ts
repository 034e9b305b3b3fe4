import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { nothingWasSent } from './nothing-was-sent.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listen(onSocket: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
}

const failureOf = (url: string) =>
  fetch(url, { method: 'POST', body: 'a=1' }).then(
    () => null,
    (error: unknown) => error,
  );

describe('real failures of fetch', () => {
  test('a refused connection proves it', async () => {
    const port = await listen(() => undefined);
    await new Promise<unknown>((resolve) => servers.pop()?.close(resolve));
    expect(nothingWasSent(await failureOf(`http://127.0.0.1:${port}/`))).toBe(true);
  });

  test('a name that does not resolve proves it', async () => {
    expect(nothingWasSent(await failureOf('http://nobody.invalid/'))).toBe(true);
  });

  test.each<[string, (socket: Socket) => void]>([
    ['closed once the request was there', (socket) => socket.once('data', () => socket.destroy())],
    ['reset once the request was there', (socket) => socket.once('data', () => socket.resetAndDestroy())],
    ['closed at once', (socket) => socket.destroy()],
    ['answered with nonsense', (socket) => socket.once('data', () => socket.end('garbage\r\n\r\n'))],
  ])('a connection %s proves nothing', async (_, onSocket) => {
    const failure = await failureOf(`http://127.0.0.1:${await listen(onSocket)}/`);
    expect(failure).toBeInstanceOf(Error);
    expect(nothingWasSent(failure)).toBe(false);
  });
});

const caused = (cause: object) => new TypeError('fetch failed', { cause: Object.assign(new Error('x'), cause) });

test.each([
  [{ code: 'ECONNREFUSED', syscall: 'connect' }, true],
  [{ code: 'EHOSTUNREACH', syscall: 'connect' }, true],
  [{ code: 'EAI_AGAIN', syscall: 'getaddrinfo' }, true],
  [{ code: 'UND_ERR_CONNECT_TIMEOUT' }, true],
  [{ code: 'CERT_HAS_EXPIRED' }, true],
  [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, true],
  [{ code: 'ECONNREFUSED', errors: [{ syscall: 'connect' }, { syscall: 'connect' }] }, true],
  [{ code: 'ECONNREFUSED', errors: [{ syscall: 'connect' }, { syscall: 'read' }] }, false],
  [{ code: 'ECONNRESET', syscall: 'read' }, false],
  [{ code: 'ETIMEDOUT', syscall: 'read' }, false],
  [{ code: 'EPIPE', syscall: 'write' }, false],
  [{ code: 'ECONNRESET' }, false],
  [{ code: 'UND_ERR_SOCKET' }, false],
  [{ code: 'UND_ERR_HEADERS_TIMEOUT' }, false],
  [{ code: 'UND_ERR_BODY_TIMEOUT' }, false],
  [{ code: 'UND_ERR_ABORTED' }, false],
  [{ code: 'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC' }, false],
  [{}, false],
])('%j: %s', (cause, proven) => {
  expect(nothingWasSent(caused(cause))).toBe(proven);
});

test('a cause that is its own cause ends the search, and what is no error proves nothing', () => {
  const loop = new Error('x');
  loop.cause = loop;
  for (const thrown of [loop, null, undefined, 'ECONNREFUSED', 7, new Error('aborted')]) {
    expect(nothingWasSent(thrown)).toBe(false);
  }
});
