import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFakeClock, systemClock } from './clock.ts';
import { createGuardedFetch, type GuardedRequest, trustedInSandbox } from './guarded-fetch.ts';

const ask = (url: string, more: Partial<GuardedRequest> = {}): GuardedRequest => ({
  ...{ url, method: 'POST', body: '{}', limitMs: 5000, mostBytes: 1000 },
  ...more,
});

/** Everything that a server can be called by, told by its IPv4 address. */
function spellingsOf(address: string, port: number): string[] {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  const number = ((a * 256 + b) * 256 + c) * 256 + d;
  const hex = (value: number) => value.toString(16);
  const groups = `${hex(a * 256 + b)}:${hex(c * 256 + d)}`;
  const hosts = [
    address,
    `${address}.`,
    String(number),
    `0x${hex(number)}`,
    `0${number.toString(8)}`,
    [a, b, c, d].map((part) => `0x${hex(part)}`).join('.'),
    [a, b, c, d].map((part) => `0${part.toString(8)}`).join('.'),
    `${a}.${(b * 256 + c) * 256 + d}`,
    `${a}.${b}.${c * 256 + d}`,
    `0x${hex(a)}.${b}.0${c.toString(8)}.${d}`,
    address.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
    address.replaceAll('.', '\u3002'),
    address.replace(/\d/, (digit) => `%3${digit}`),
    `[::ffff:${address}]`,
    `[::ffff:${groups}]`,
    `[0:0:0:0:0:FFFF:${groups}]`,
    `[::${groups}]`,
    `[::ffff:0:${groups}]`,
    `[64:ff9b::${groups}]`,
    `[64:ff9b:1::${groups}]`,
    `[2002:${groups}::]`,
    `[2001:0:${groups}::1]`,
    `public.example@${address}`,
    `public.example%20@${address}`,
  ];
  return hosts.flatMap((host) => [`https://${host}:${port}/`, `http://${host}:${port}/`]);
}

describe('a URL from outside', () => {
  const sockets = new Set<Socket>();
  const canary = createTcpServer((socket) => {
    sockets.add(socket);
  });
  let port = 0;
  beforeAll(async () => {
    await new Promise<void>((resolve) => canary.listen(0, '::', resolve));
    ({ port } = canary.address() as AddressInfo);
  });
  afterAll(() => canary.close());

  const inner = ['127.0.0.1', '127.1.2.3', '0.0.0.0', '10.0.0.1', '169.254.169.254', '192.168.1.1', '100.100.100.200'];
  const urls = () => [
    ...inner.flatMap((address) => spellingsOf(address, port)),
    ...['localhost', 'LOCALHOST', 'localhost.', 'a.localhost', '[::1]', '[::]', '[0:0:0:0:0:0:0:1]', '[fe80::1]'].map(
      (host) => `https://${host}:${port}/`,
    ),
    ...['file:///etc/passwd', 'ftp://127.0.0.1/', 'gopher://127.0.0.1/', 'javascript:1', 'https://', '//127.0.0.1', ''],
  ];

  test('that leads inwards is never connected to, however it is written', async () => {
    const guardedFetch = createGuardedFetch({
      clock: systemClock,
      trustedNetworks: [],
      resolve: async () => ['127.0.0.1'],
    });
    expect(urls().length).toBeGreaterThan(300);
    for (const url of urls()) {
      const refused = guardedFetch(ask(url)).catch((error: unknown) => error);
      expect(await refused, url).toMatchObject({
        code: expect.stringMatching(/^fetch\/(bad-url|address-not-allowed)$/),
      });
    }
    expect(sockets.size).toBe(0);
  });

  test.each([
    ['one address inside', ['127.0.0.1']],
    ['one address inside among public ones', ['93.184.216.34', '::1']],
    ['the address of metadata', ['169.254.169.254']],
    ['a mapped address', ['::ffff:127.0.0.1']],
  ])('whose name has %s is not connected to', async (_what, addresses) => {
    const guardedFetch = createGuardedFetch({
      clock: systemClock,
      trustedNetworks: [],
      resolve: async () => addresses,
    });
    await expect(guardedFetch(ask(`https://rebound.example:${port}/`))).rejects.toMatchObject({
      code: 'fetch/address-not-allowed',
    });
    expect(sockets.size).toBe(0);
  });

  test('whose name changes its address after it was checked is not asked for it again', async () => {
    let asked = 0;
    const resolve = async () => {
      asked += 1;
      // A public address that no machine has: only the first answer may be used.
      return asked === 1 ? ['240.0.0.1'] : ['127.0.0.1'];
    };
    const guardedFetch = createGuardedFetch({ clock: systemClock, trustedNetworks: ['240.0.0.0/4'], resolve });
    await expect(guardedFetch(ask(`https://rebound.example:${port}/`))).rejects.toMatchObject({
      code: 'fetch/no-answer',
    });
    expect([asked, sockets.size]).toEqual([1, 0]);
  });

  test('with a name that has no address, or a failing one, says so', async () => {
    for (const resolve of [async () => [], () => Promise.reject(new Error('SERVFAIL'))]) {
      const guardedFetch = createGuardedFetch({ clock: systemClock, trustedNetworks: [], resolve });
      await expect(guardedFetch(ask('https://nowhere.example/'))).rejects.toMatchObject({ code: 'fetch/no-answer' });
    }
  });
});

describe('the answer', () => {
  const servers: { close(): void }[] = [];
  const guardedFetch = createGuardedFetch({ clock: systemClock, trustedNetworks: trustedInSandbox });
  afterAll(() => {
    guardedFetch.close();
    for (const server of servers) server.close();
  });
  const serve = async (listener: RequestListener): Promise<string> => {
    const server = createServer(listener);
    servers.push({ close: () => server.close().closeAllConnections() });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://localhost:${(server.address() as AddressInfo).port}/hook`;
  };

  test('comes back with the status, the headers and the body as it was sent', async () => {
    const url = await serve((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        response.writeHead(201, { 'x-seen': `${request.method} ${request.headers['x-a']} ${body}` }).end('thanks');
      });
    });
    const answer = await guardedFetch(ask(url, { headers: { 'x-a': 'b' }, body: 'süß' }));
    expect(answer).toMatchObject({
      status: 201,
      isCut: false,
      headers: { 'x-seen': expect.stringContaining('POST b') },
    });
    expect(answer.body.toString()).toBe('thanks');
  });

  test('that sends us elsewhere is not followed', async () => {
    let asked = 0;
    const inner = await serve((_request, response) => {
      asked += 1;
      response.end();
    });
    const url = await serve((_request, response) => response.writeHead(302, { location: inner }).end());
    expect(await guardedFetch(ask(url))).toMatchObject({ status: 302 });
    expect(asked).toBe(0);
  });

  test('that never ends is cut off, and its connection with it', async () => {
    const closed = Promise.withResolvers<void>();
    const url = await serve((request, response) => {
      request.socket.on('close', () => closed.resolve());
      const pour = () => {
        while (!response.destroyed && response.write('x'.repeat(16_384)));
        response.once('drain', pour);
      };
      pour();
    });
    const answer = await guardedFetch(ask(url));
    expect([answer.body.length, answer.isCut]).toEqual([1000, true]);
    await closed.promise;
  });

  test('that is packed stays packed', async () => {
    const bomb = gzipSync(Buffer.alloc(5_000_000));
    const url = await serve((_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
    expect(await guardedFetch(ask(url, { mostBytes: 10_000 }))).toMatchObject({ body: bomb, isCut: false });
  });

  test('that drips, or does not come at all, is waited for no longer than allowed', async () => {
    const clock = createFakeClock();
    const impatient = createGuardedFetch({ clock, trustedNetworks: trustedInSandbox });
    for (const start of ['x', null]) {
      const arrived = Promise.withResolvers<void>();
      const url = await serve((_request, response) => {
        if (start) response.write(start);
        arrived.resolve();
      });
      const answer = impatient(ask(url)).catch((error: unknown) => error);
      await arrived.promise;
      clock.advance(5000);
      expect(await answer).toMatchObject({ code: 'fetch/too-slow' });
    }
    expect(clock.pendingTimers).toBe(0);
    impatient.close();
  });

  test.each([
    ['breaks off', (socket: Socket) => socket.destroy()],
    ['is reset', (socket: Socket) => socket.resetAndDestroy()],
    ['breaks off in the middle', (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhal')],
    ['speaks no HTTP', (socket: Socket) => socket.end('SSH-2.0-OpenSSH_9\r\n')],
    ['has endless headers', (socket: Socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`)],
    [
      'wants another protocol',
      (socket: Socket) => socket.write('HTTP/1.1 101 Yes\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
    ],
  ])('that %s is a failure, not a crash', async (_what, treat) => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => treat(socket));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    await expect(guardedFetch(ask(url))).rejects.toMatchObject({ code: 'fetch/no-answer' });
  });

  test('is not waited for by who gave up', async () => {
    const leaving = new AbortController();
    const url = await serve(() => leaving.abort());
    await expect(guardedFetch(ask(url, { signal: leaving.signal }))).rejects.toMatchObject({ code: 'fetch/no-answer' });
  });

  test('is never fetched through a proxy that the environment names', async () => {
    let asked = 0;
    const proxy = await serve((_request, response) => {
      asked += 1;
      response.end();
    });
    const before = { ...process.env };
    Object.assign(process.env, { HTTP_PROXY: proxy, http_proxy: proxy, NODE_USE_ENV_PROXY: '1' });
    const url = await serve((_request, response) => response.end('direct'));
    const answer = await guardedFetch(ask(url)).finally(() => {
      process.env = before;
    });
    expect([answer.body.toString(), asked]).toEqual(['direct', 0]);
  });
});
