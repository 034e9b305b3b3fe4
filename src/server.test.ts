import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { expect, it } from 'vitest';
import { createApi } from './api/create-api.ts';
import { bareApiParts, hookPaths } from './api/testing/bare-api-parts.ts';
import { createFakeClock } from './base/clock.ts';
import { silentLogger } from './base/log.ts';
import { createTwilioCarrier } from './providers/twilio/twilio.ts';
import { bindServer, mountWebhooks } from './server.ts';
import { urgencyNow } from './store/urgency.ts';

const clock = createFakeClock();
const carrier = createTwilioCarrier({
  accountSid: `AC${'0'.repeat(32)}`,
  authToken: 'token',
  apiBaseUrl: 'http://localhost:1',
  publicUrl: 'http://localhost:3000',
  fetch: () => Promise.reject(new Error('nobody is asked here')),
  clock,
  log: silentLogger,
  paths: hookPaths,
});

/** The whole application with every route that it has; its store is never reached. */
async function assemble(): Promise<{
  app: FastifyInstance;
  routes: { method: string; url: string }[];
  heard: number[];
}> {
  const routes: { method: string; url: string }[] = [];
  const heard: number[] = [];
  const app = createApi(bareApiParts);
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) routes.push({ method: one, url });
  });
  const hear = async () => {
    heard.push(1);
    return { type: 'acknowledge' } as const;
  };
  mountWebhooks(app, { carrier, log: silentLogger, hear });
  await app.ready();
  return { app, routes, heard };
}

/** What everyone may use; the last three hold a password, a refresh token or a set-up code in the body. */
const openDoors = [
  'GET /auth/setup',
  'GET /docs',
  'GET /healthz',
  'GET /openapi.json',
  'GET /readyz',
  'POST /auth/login',
  'POST /auth/refresh',
  'POST /auth/setup',
];

it('refuses at every door but the open ones who has neither key nor signature, before anything is read', async () => {
  const { app, routes, heard } = await assemble();
  const found: string[] = [];
  for (const { method, url } of routes) {
    const isHook = url.startsWith('/hook/');
    const headers = { 'content-type': isHook ? 'application/x-www-form-urlencoded' : 'application/json' };
    const payload = method === 'POST' ? { headers, payload: isHook ? 'CallSid=CA1' : '{"to":' } : {};
    const path = url.replace(/:\w+/g, 'call_1').replace('*', 'x');
    const { statusCode } = await app.inject({ method: method as 'GET', url: path, ...payload });
    const isLocked = statusCode === (isHook ? 403 : 401);
    if (!isLocked) found.push(`${method} ${url}`);
  }
  const hooks = Object.values(carrier.routes).map(({ path }) => path);
  expect(
    routes
      .filter(({ url }) => url.startsWith('/hook/'))
      .map(({ url }) => url)
      .sort(),
  ).toEqual(hooks.sort());
  expect(found.filter((door) => !door.startsWith('HEAD ') && !door.startsWith('GET /docs/')).sort()).toEqual(openDoors);
  expect(heard).toEqual([]);
  await app.close();
});

it('hurries what the carrier waits for before what a request waits for, who asks included', async () => {
  const seen: string[] = [];
  const note = (what: string) => void seen.push(`${what} ${urgencyNow()}`);
  const app = createApi({
    ...bareApiParts,
    access: {
      ...bareApiParts.access,
      async identify() {
        note('who');
        return null;
      },
    },
    async whyNotReady() {
      await Promise.resolve();
      note('request');
      return null;
    },
  });
  const hear = async () => {
    note('webhook');
    return { type: 'acknowledge' } as const;
  };
  const trusting = { ...carrier, verify: () => true };
  mountWebhooks(app, { carrier: trusting, log: silentLogger, hear });
  await app.inject({ url: '/v1/calls', headers: { authorization: 'Bearer key' } });
  await app.inject({ url: '/readyz' });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const payload = 'CallSid=CA1&CallStatus=ringing&From=%2B15550100&To=%2B15550101&Direction=outbound-api';
  await app.inject({ method: 'POST', url: hookPaths.status, headers, payload });
  expect(seen).toEqual(['who request', 'request request', 'webhook carrier']);
  await app.close();
});

it('answers /healthz and asks everyone else to come back while the server is starting', async () => {
  const bound = await bindServer({ host: '127.0.0.1', port: 0 });
  const ask = (path: string) => fetch(`http://127.0.0.1:${bound.port}${path}`);
  expect(await (await ask('/healthz')).json()).toEqual({ status: 'ok' });
  for (const path of ['/readyz', '/v1/calls', '/']) {
    const response = await ask(path);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await response.json()).toEqual({ status: 'not ready', why: 'the server is starting' });
  }
  await bound.close();
});

it('gives the port back when it is closed, with nobody left on the line', async () => {
  const bound = await bindServer({ host: '127.0.0.1', port: 0 });
  await (await fetch(`http://127.0.0.1:${bound.port}/healthz`)).text();
  await bound.close();
  const again = await bindServer({ host: '127.0.0.1', port: bound.port });
  expect((again.http.address() as AddressInfo).port).toBe(bound.port);
  await again.close();
});

it.each([
  ['never ends the head of a request', 'GET /v1/calls HTTP/1.1\r\nHost: x\r\n'],
  ['never sends the body that was announced', 'POST /twiml HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf'],
  ['never ends a handshake', 'GET /streams HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'],
])('cuts off who %s', async (_who, words) => {
  const bound = await bindServer({ host: '127.0.0.1', port: 0 }, { headersMs: 50, requestMs: 100 });
  bound.serverFactory(() => {}, {});
  const slow = connect(bound.port, '127.0.0.1').resume();
  slow.write(words);
  await once(slow, 'close');
  await bound.close();
});

it('says so when the port is taken', async () => {
  const bound = await bindServer({ host: '127.0.0.1', port: 0 });
  await expect(bindServer({ host: '127.0.0.1', port: bound.port })).rejects.toMatchObject({
    code: 'server/port-taken',
    message: `Port ${bound.port} on 127.0.0.1 is taken. Stop the program that listens there, or set PORT to a free port (PORT=0 takes any).`,
  });
  await bound.close();
});
