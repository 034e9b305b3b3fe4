import { expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../tests/setup/describe-on-both.ts';
import { createFakeClock } from '../base/clock.ts';
import { silentLogger } from '../base/log.ts';
import { createNodeHeartbeat } from './node-heartbeat.ts';
import {
  beatNode,
  forgetOldNodes,
  isNodeAlive,
  listGoneNodes,
  listLivingNodes,
  nodeBeatMs,
  nodeGoneMs,
} from './nodes.ts';

const start = Date.UTC(2026, 0, 5, 15);
const at = (ms: number) => new Date(start + ms);

describeOnBothDatabases('nodes', (openFresh) => {
  const beat = (id: string, ms: number) => ({ id, host: 'here', startedAt: at(0), now: at(ms) });

  it('are gone after half a minute of silence, and back when they are heard again', async () => {
    const { db } = await openFresh();
    await beatNode(db, beat('node_1', 0));
    await beatNode(db, beat('node_2', 20_000));
    expect(await listGoneNodes(db, at(nodeGoneMs - 1))).toEqual([]);
    expect(await listGoneNodes(db, at(nodeGoneMs))).toEqual(['node_1']);
    expect((await listLivingNodes(db, at(nodeGoneMs))).map(({ id }) => id)).toEqual(['node_2']);
    await beatNode(db, beat('node_1', nodeGoneMs));
    expect(await listGoneNodes(db, at(nodeGoneMs))).toEqual([]);
    expect(await isNodeAlive(db, 'node_1', at(nodeGoneMs))).toBe(true);
    expect(await isNodeAlive(db, 'node_3', at(nodeGoneMs))).toBe(false);
  });

  it('are forgotten a week after they were last heard', async () => {
    const { db } = await openFresh();
    await beatNode(db, beat('node_1', 0));
    await forgetOldNodes(db, at(7 * 86_400_000));
    expect(await listGoneNodes(db, at(8 * 86_400_000))).toEqual(['node_1']);
    await forgetOldNodes(db, at(7 * 86_400_000 + 1));
    expect(await listGoneNodes(db, at(8 * 86_400_000))).toEqual([]);
  });

  it('say that they live until they stop, and are gone at once then', async () => {
    const store = await openFresh();
    const clock = createFakeClock(start);
    const now = () => new Date(clock.now());
    const parts = { store, clock, log: silentLogger, host: 'here' };
    await beatNode(store.db, beat('node_before', 0));
    const heartbeat = createNodeHeartbeat({ ...parts, nodeId: 'node_1' });
    await heartbeat.start();
    // Nobody else can hold an embedded database; on a server the others may well live.
    expect(await listGoneNodes(store.db, now())).toEqual(store.kind === 'embedded' ? ['node_before'] : []);
    const beats = 4;
    for (let count = 1; count <= beats; count += 1) {
      clock.advance(nodeBeatMs);
      await expect.poll(() => clock.pendingTimers).toBe(1);
    }
    expect(await isNodeAlive(store.db, 'node_1', now())).toBe(true);
    await heartbeat.stop();
    expect(await isNodeAlive(store.db, 'node_1', now())).toBe(false);
    expect(await listGoneNodes(store.db, now())).toContain('node_1');
    expect(clock.pendingTimers).toBe(0);
  });
});
