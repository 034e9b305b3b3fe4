import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import { Kysely } from 'kysely';
import { afterEach, expect, it } from 'vitest';
import { operatorKeyHolder } from '../../account/principal.ts';
import { createFakeClock } from '../../base/clock.ts';
import { createLiveEvents } from '../../notify/live-events.ts';
import type { EventRow } from '../../store/events.ts';
import { createDialect } from '../../store/kysely-dialect.ts';
import type { Store } from '../../store/open-store.ts';
import type { Database } from '../../store/schema.ts';
import { liveRoutes } from './live.ts';

const event = (position: number, callId = 'call_a'): EventRow => ({
  ...{ position, id: `event_${position}`, call_id: callId, client_id: null, type: 'call.ringing', key: 'x' },
  ...{ at: new Date(0), data: {} },
});

/** Counts who listens, and holds every query until the test lets it go on. */
function createParts() {
  const live = createLiveEvents();
  let listeners = 0;
  const counted = {
    publish: live.publish,
    subscribe(listener: (row: EventRow) => void) {
      const unsubscribe = live.subscribe(listener);
      listeners += 1;
      return () => {
        listeners -= 1;
        unsubscribe();
      };
    },
  };
  const queries: { sql: string; answer(rows: unknown[]): void; fail(): void }[] = [];
  const waiting: (() => void)[] = [];
  const dialect = createDialect(async () => ({
    run: (sql) =>
      new Promise((resolve, reject) => {
        const answer = (rows: unknown[]) => resolve({ rows: rows as never, command: 'SELECT', rowCount: rows.length });
        queries.push({ sql, answer, fail: () => reject(new Error('the database is gone')) });
        for (const go of waiting.splice(0)) go();
      }),
    release() {},
  }));
  const nextQuery = async () => {
    while (queries.length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    return queries.shift()!;
  };
  const store = { db: new Kysely<Database>({ dialect }) } as unknown as Store;
  const clock = createFakeClock();
  return { parts: { live: counted, store, clock }, live, clock, nextQuery, listeners: () => listeners };
}

let app: FastifyInstance | undefined;
afterEach(() => app?.close());

async function serve(parts: ReturnType<typeof createParts>['parts']): Promise<number> {
  app = fastify({ forceCloseConnections: true });
  app.decorateRequest('principal', null);
  app.addHook('onRequest', async (request) => {
    request.principal = operatorKeyHolder;
  });
  app.register(liveRoutes(parts));
  await app.listen({ port: 0 });
  return (app.server.address() as AddressInfo).port;
}

/** A listener on a bare socket, so that it is known when each side has let go. */
async function listen(port: number, path: string) {
  const accepted = once(app!.server, 'connection');
  const socket = connect(port, 'localhost');
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  let text = '';
  const has = async (part: string) => {
    while (!text.includes(part)) await once(socket, 'data');
  };
  socket.on('data', (chunk) => (text += chunk));
  const [far] = await accepted;
  return { socket, has, text: () => text, gone: once(far, 'close') };
}

it('hears events and heartbeats while it listens, and leaves no listener and no timer behind', async () => {
  const { parts, live, clock, listeners } = createParts();
  const client = await listen(await serve(parts), '/v1/live');
  await client.has(': hello');
  expect([listeners(), clock.pendingTimers]).toEqual([1, 1]);
  live.publish([event(1)]);
  await client.has('id: 1\nevent: call.ringing\ndata: {"id":"event_1"');
  clock.advance(15_000);
  await client.has(': still here');
  client.socket.destroy();
  await client.gone;
  expect([listeners(), clock.pendingTimers]).toEqual([0, 0]);
});

it('gives what was stored, what happened meanwhile and what comes next, each once and of this call only', async () => {
  const { parts, live, nextQuery } = createParts();
  const client = await listen(await serve(parts), '/v1/calls/call_a/live');
  (await nextQuery()).answer([{ id: 'call_a' }]);
  const stored = await nextQuery();
  live.publish([event(2), event(3), event(4, 'call_b')]);
  stored.answer([event(1), event(2)]);
  await client.has('id: 3');
  live.publish([event(5, 'call_b'), event(6)]);
  await client.has('id: 6');
  expect([...client.text().matchAll(/^id: (\d+)$/gm)].map(([, id]) => id)).toEqual(['1', '2', '3', '6']);
  client.socket.destroy();
});

it('does not begin a stream for who left while the earlier events were read', async () => {
  const { parts, clock, nextQuery, listeners } = createParts();
  const port = await serve(parts);
  const client = await listen(port, '/v1/calls/call_a/live');
  (await nextQuery()).answer([{ id: 'call_a' }]);
  const stored = await nextQuery();
  client.socket.destroy();
  await client.gone;
  stored.answer([event(1)]);
  // Whatever the first request still does is done before another one is answered.
  expect((await fetch(`http://localhost:${port}/nothing`)).status).toBe(404);
  expect([listeners(), clock.pendingTimers]).toEqual([0, 0]);
});

it('leaves no listener behind when the database fails', async () => {
  const { parts, nextQuery, listeners } = createParts();
  const client = await listen(await serve(parts), '/v1/calls/call_a/live');
  (await nextQuery()).answer([{ id: 'call_a' }]);
  (await nextQuery()).fail();
  await client.has('HTTP/1.1 500');
  expect(listeners()).toBe(0);
  client.socket.destroy();
});

it('cuts off a listener that lets too much pile up', async () => {
  const { parts, live, listeners } = createParts();
  const client = await listen(await serve(parts), '/v1/live');
  await client.has(': hello');
  client.socket.pause();
  const large = { ...event(1), data: { text: 'x'.repeat(500_000) } };
  for (let index = 0; index < 100 && listeners() > 0; index += 1) live.publish([large]);
  await client.gone;
  expect(listeners()).toBe(0);
  client.socket.destroy();
});
