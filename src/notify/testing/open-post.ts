/** A store with webhooks in it, receivers that answer as a test wants, and time in the test's own hand. */
import { createFakeClock } from '../../base/clock.ts';
import { FetchFailed, type GuardedFetch, type GuardedRequest } from '../../base/guarded-fetch.ts';
import { createIds } from '../../base/ids.ts';
import { silentLogger } from '../../base/log.ts';
import { createSeededRandom } from '../../base/random.ts';
import { insertEvents, type NewEvent } from '../../store/events.ts';
import type { Store } from '../../store/open-store.ts';
import { everyone } from '../../store/reach.ts';
import { findWebhook, insertWebhook } from '../../store/webhooks.ts';
import { createWebhookDelivery } from '../deliver-webhooks.ts';
import { createLiveEvents } from '../live-events.ts';

export const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** How a receiver answers: a status, or null for never. */
export type Answering = (request: GuardedRequest) => number | null;

export function openPost(store: Store) {
  const clock = createFakeClock();
  const random = createSeededRandom(5);
  const newId = createIds(clock, random);
  const live = createLiveEvents(silentLogger);
  const received: GuardedRequest[] = [];
  const answers = new Map<string, Answering>();
  const now = () => new Date(clock.now());

  const ask = (request: GuardedRequest) => {
    received.push(request);
    const status = (answers.get(request.url) ?? (() => 200))(request);
    const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<GuardedFetch>>>();
    if (status !== null) resolve({ status, headers: {}, body: Buffer.from(`answer ${status}`), isCut: false });
    clock.startTimer(request.limitMs, () => reject(new FetchFailed('fetch/too-slow', 'too slow')));
    request.signal?.addEventListener('abort', () => reject(new FetchFailed('fetch/no-answer', 'given up')));
    return promise;
  };
  const guardedFetch: GuardedFetch = Object.assign(ask, { whyRefused: () => null, close() {} });

  return {
    ...{ clock, live, received, answers, now },
    createDelivery: () =>
      createWebhookDelivery({
        ...{ store, clock, random, newId, live, guardedFetch, log: silentLogger },
        showCall: (call) => ({ id: call.id, status: call.status }),
      }),
    addWebhook: (id: string, more: { client_id?: string | null; event_types?: string[]; is_enabled?: boolean } = {}) =>
      insertWebhook(store.db, {
        ...{
          id,
          client_id: null,
          url: `https://${id}/`,
          is_enabled: true,
          secret,
          created_at: now(),
          updated_at: now(),
        },
        ...more,
        event_types: more.event_types ? JSON.stringify(more.event_types) : null,
      }),
    newEvent: (type: string, more: Partial<NewEvent> = {}): NewEvent => {
      const id = newId('event');
      return { id, call_id: null, client_id: null, type, key: id, at: now(), data: '{"a":1}', ...more };
    },
    /** An event as the product tells of it: stored, then published. */
    async tell(event: NewEvent) {
      const [row] = await insertEvents(store.db, [event]);
      if (row) live.publish([row]);
    },
    webhook: async (id: string) => {
      const row = await findWebhook(store.db, everyone, id);
      if (!row) throw new Error(`no webhook ${id}`);
      return row;
    },
    deliveries: () => store.db.selectFrom('webhook_deliveries').selectAll().orderBy('position').execute(),
  };
}
