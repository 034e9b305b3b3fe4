import { once } from 'node:events';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createFakeClock } from './base/clock.ts';
import { silentLogger } from './base/log.ts';
import { bindServer } from './server.ts';
import { defaultSocketLimits } from './socket-limits.ts';
import { mountSockets } from './sockets.ts';
import { urgencyNow } from './store/urgency.ts';

it('hurries the question whose socket it is, and nothing of what is held on it', async () => {
  const bound = await bindServer({ host: '127.0.0.1', port: 0 });
  const seen: string[] = [];
  const opened = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const hold = async () => {
    await held.promise;
    seen.push(`held ${urgencyNow()}`);
  };
  let holding: Promise<void> | null = null;
  const route = {
    pattern: /^\/line$/,
    idleMs: 1000,
    async admit() {
      await Promise.resolve();
      seen.push(`admitted ${urgencyNow()}`);
      return async () => {
        seen.push(`begun ${urgencyNow()}`);
        holding = hold();
        opened.resolve();
      };
    },
  };
  const sockets = mountSockets(bound.http, {
    ...{ carrier: { verifySocket: () => true }, clock: createFakeClock(), log: silentLogger },
    ...{ routes: [route], limits: defaultSocketLimits, own: [] },
  });
  const socket = new WebSocket(`ws://127.0.0.1:${bound.port}/line`);
  await Promise.all([opened.promise, once(socket, 'open')]);
  await new Promise((resolve) => setImmediate(resolve));
  held.resolve();
  await holding;
  expect(seen).toEqual(['admitted carrier', 'begun carrier', 'held background']);
  socket.terminate();
  sockets.close();
  await bound.close();
});
