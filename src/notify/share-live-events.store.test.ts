import { expect, it, vi } from 'vitest';
import { describeOnBothDatabases } from '../../tests/setup/describe-on-both.ts';
import { createFakeClock } from '../base/clock.ts';
import { silentLogger } from '../base/log.ts';
import { insertEvents } from '../store/events.ts';
import type { Store } from '../store/open-store.ts';
import { createLiveEvents } from './live-events.ts';
import { shareLiveEvents } from './share-live-events.ts';

const event = (id: string) => ({
  ...{ id, call_id: null, client_id: null, type: 'call.ended', key: id, at: new Date(0), data: '{}' },
});

function openNode(store: Store, nodeId: string) {
  const clock = createFakeClock();
  const own = createLiveEvents(silentLogger);
  const live = shareLiveEvents({ store, clock, log: silentLogger, nodeId }, own);
  const heard = { everybody: [] as string[], own: [] as string[] };
  live.subscribe(({ id }) => heard.everybody.push(id));
  own.subscribe(({ id }) => heard.own.push(id));
  return { clock, live, heard };
}

describeOnBothDatabases('live events', (openFresh) => {
  it('of one node are heard once by every node, and only there as its own', async () => {
    const store = await openFresh();
    const isShared = store.kind === 'postgres';
    const [first, second] = [openNode(store, 'node_1'), openNode(store, 'node_2')];
    await Promise.all([first.live.start(), second.live.start()]);
    first.live.publish(await insertEvents(store.db, [event('event_1'), event('event_2')]));
    expect(first.heard).toEqual({ everybody: ['event_1', 'event_2'], own: ['event_1', 'event_2'] });
    if (isShared) {
      await vi.waitFor(() => expect(second.heard).toEqual({ everybody: ['event_1', 'event_2'], own: [] }));
      second.clock.advance(5000);
    }
    await Promise.all([first.live.stop(), second.live.stop()]);
    expect(first.heard.everybody).toHaveLength(2);
    expect(second.heard.everybody).toHaveLength(isShared ? 2 : 0);
    expect([first.clock.pendingTimers, second.clock.pendingTimers]).toEqual([0, 0]);
  });

  it('that were published together all arrive, in their order, however many they are', async () => {
    const store = await openFresh();
    if (store.kind !== 'postgres') return;
    const [first, second] = [openNode(store, 'node_1'), openNode(store, 'node_2')];
    await Promise.all([first.live.start(), second.live.start()]);
    const ids = Array.from({ length: 900 }, (_, index) => `event_${index}`);
    const rows = await insertEvents(store.db, ids.map(event));
    for (const row of rows) first.live.publish([row]);
    await vi.waitFor(() => expect(second.heard.everybody).toHaveLength(ids.length));
    expect(second.heard.everybody).toEqual(ids);
    await Promise.all([first.live.stop(), second.live.stop()]);
  });

  it('of a node that was killed before it told of them are found by the others, one committed late too', async () => {
    const store = await openFresh();
    if (store.kind !== 'postgres') return;
    await insertEvents(store.db, [event('event_before')]);
    const node = openNode(store, 'node_1');
    await node.live.start();
    const [added, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const late = store.transaction(async (tx) => {
      await insertEvents(tx, [event('event_late')]);
      added.resolve();
      await released.promise;
    });
    await added.promise;
    await insertEvents(store.db, [event('event_1')]);
    node.clock.advance(5000);
    await vi.waitFor(() => expect(node.heard.everybody).toEqual(['event_1']));
    released.resolve();
    await late;
    await vi.waitFor(() => expect(node.clock.pendingTimers).toBe(1));
    node.clock.advance(5000);
    await vi.waitFor(() => expect(node.heard.everybody).toEqual(['event_1', 'event_late']));
    await node.live.stop();
  });
});
