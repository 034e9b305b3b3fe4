import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { expect, it } from 'vitest';
import { createApi } from './api/create-api.ts';
import { createFakeClock } from './base/clock.ts';
import { silentLogger } from './base/log.ts';
import { createLiveEvents } from './notify/live-events.ts';
import { createTwilioCarrier } from './providers/twilio/twilio.ts';
import { bindServer, mountWebhooks } from './server.ts';
import type { Store } from './store/open-store.ts';

const clock = createFakeClock();
const paths = { instructions: '/hook/instructions', status: '/hook/status', after: '/hook/after' };
const carrier = createTwilioCarrier({
  accountSid: `AC${'0'.repeat(32)}`,
  authToken: 'token',
  apiBaseUrl: 'http://localhost:1',
  publicUrl: 'http://localhost:3000',
  fetch: () => Promise.reject(new Error('nobody is asked here')),
  clock,
  log: silentLogger,
  paths,
});

/** The whole application with every route that it has; its store is never reached. */
async function assemble(): Promise<{
  app: FastifyInstance;
  routes: { method: string; url: string }[];
  heard: number[];
}> {
  const routes: { method: string; url: string }[] = [];
  const heard: number[] = [];
  const app = createApi({
    store: {} as Store,
    live: createLiveEvents(),
    clock,
    newId: (prefix) => `${prefix}_1`,
    log: silentLogger,
    access: { operatorKey: 'key', isPlayground: false },
    outboundCall: {
      isOpen: false,
      from: '+15551234567',
      assistant: {} as never,
      publicUrl: 'http://localhost:3000',
      instructionsPath: paths.instructions,
      placeCall: () => Promise.reject(new Error('nobody is called here')),
      isReady: () => true,
    },
    whyNotReady: async () => null,
    serverFactory: (handler) => createServer(handler),
  });
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

it('has no door but these: a new one must say here how it is locked', async () => {
  const { app, routes } = await assemble();
  const doors = routes.map(({ method, url }) => `${method} ${url}`).sort();
  const open = ['GET /healthz', 'HEAD /healthz', 'GET /readyz', 'HEAD /readyz'];
  const signed = Object.values(carrier.routes).map(({ method, path }) => `${method} ${path}`);
  const keyed = ['POST /api/outbound-call', 'GET /v1/live', 'GET /v1/calls/:id/live'];
  const lists = ['/v1/calls', '/v1/calls/:id', '/v1/calls/:id/transcript', '/v1/calls/:id/events'];
  keyed.push(...lists.flatMap((url) => [`GET ${url}`, `HEAD ${url}`]));
  expect(doors).toEqual([...open, ...signed, ...keyed].sort());
  await app.close();
});

it('refuses at every door who has neither key nor signature, before anything is read or heard', async () => {
  const { app, routes, heard } = await assemble();
  for (const { method, url } of routes.filter(({ url }) => !/^\/(healthz|readyz)$/.test(url))) {
    const isHook = url.startsWith('/hook/');
    const headers = { 'content-type': isHook ? 'application/x-www-form-urlencoded' : 'application/json' };
    const payload = method === 'POST' ? { headers, payload: isHook ? 'CallSid=CA1' : '{"to":' } : {};
    const response = await app.inject({ method: method as 'GET', url: url.replace(':id', 'call_1'), ...payload });
    expect([method, url, response.statusCode]).toEqual([method, url, isHook ? 403 : 401]);
  }
  expect(heard).toEqual([]);
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

it('says so when the port is taken', async () => {
  const bound = await bindServer({ host: '127.0.0.1', port: 0 });
  await expect(bindServer({ host: '127.0.0.1', port: bound.port })).rejects.toMatchObject({
    code: 'server/port-taken',
    message: `Port ${bound.port} on 127.0.0.1 is taken. Stop the program that listens there, or set PORT to a free port (PORT=0 takes any).`,
  });
  await bound.close();
});
