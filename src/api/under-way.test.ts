import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import fastify from 'fastify';
import { afterEach, expect, it } from 'vitest';
import { countUnderWay } from './under-way.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A server with one request that is done when told. */
async function startServer() {
  const app = fastify();
  closers.push(() => app.close());
  const underWay = countUnderWay(app);
  const begun = Promise.withResolvers<void>();
  const work = Promise.withResolvers<string>();
  app.get('/work', () => {
    begun.resolve();
    return work.promise;
  });
  app.get('/events', async (_request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200).write('hello');
  });
  await app.listen({ port: 0 });
  return { app, underWay, begun: begun.promise, work, port: (app.server.address() as AddressInfo).port };
}

/** Whether it has come to its end after everything that was ready has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const turn = new Promise((resolve) => setImmediate(() => resolve('not yet')));
  return (await Promise.race([promise, turn])) !== 'not yet';
}

it('is finished when the work is done and its answer was sent', async () => {
  const { underWay, begun, work, port } = await startServer();
  const answer = fetch(`http://127.0.0.1:${port}/work`);
  await begun;
  const finished = underWay.finished();
  expect(await isSettled(finished)).toBe(false);
  work.resolve('done');
  await finished;
  expect(await (await answer).text()).toBe('done');
});

it('is finished when work that goes wrong was answered', async () => {
  const { underWay, begun, work, port } = await startServer();
  const answer = fetch(`http://127.0.0.1:${port}/work`);
  await begun;
  const finished = underWay.finished();
  work.reject(new Error('no'));
  await finished;
  expect((await answer).status).toBe(500);
});

it('finishes what was asked by somebody who has left', async () => {
  const { app, underWay, begun, work, port } = await startServer();
  const socket = connect(port, '127.0.0.1', () => socket.write('GET /work HTTP/1.1\r\nhost: x\r\n\r\n'));
  await begun;
  const [near] = await Promise.all([once(socket, 'close'), socket.destroy()]);
  expect(near).toEqual([false]);
  await new Promise<void>((resolve) => {
    const look = () => app.server.getConnections((_error, count) => (count === 0 ? resolve() : setImmediate(look)));
    look();
  });
  const finished = underWay.finished();
  expect(await isSettled(finished)).toBe(false);
  work.resolve('done');
  await finished;
});

it('does not wait for a stream of events, which has no end', async () => {
  const { underWay, port } = await startServer();
  const response = await fetch(`http://127.0.0.1:${port}/events`);
  expect(response.status).toBe(200);
  await underWay.finished();
  await response.body?.cancel();
});
