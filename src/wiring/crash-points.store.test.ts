import { expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../tests/setup/describe-on-both.ts';
import { beatNode, isNodeAlive, stopNode } from '../store/nodes.ts';
import { nameCommits, nameEffects } from './crash-points.ts';

const now = new Date(Date.UTC(2026, 0, 5));
const beat = { id: 'node_1', host: 'here', startedAt: now, now };

class Killed extends Error {}

describeOnBothDatabases('a commit', (openFresh) => {
  it('has a point before and one after it, named by what it changes', async () => {
    const points: string[] = [];
    const store = nameCommits(await openFresh(), (point) => points.push(point));
    await beatNode(store.db, beat);
    expect(points).toEqual(['commit nodes before', 'commit nodes after']);
    points.length = 0;
    await store.transaction(async (db) => {
      await stopNode(db, 'node_1', now);
      await db.deleteFrom('webhooks').execute();
      await db.selectFrom('calls').select('id').execute();
    });
    expect(points).toEqual(['commit nodes+webhooks before', 'commit nodes+webhooks after']);
  });

  it('has none when nothing is written', async () => {
    const points: string[] = [];
    const store = nameCommits(await openFresh(), (point) => points.push(point));
    await isNodeAlive(store.db, 'node_1', now);
    await store.transaction((db) => isNodeAlive(db, 'node_1', now));
    expect(points).toEqual([]);
  });

  it('is undone when the end comes before it, and done when it comes after', async () => {
    let end = '';
    const store = nameCommits(await openFresh(), (point) => {
      if (point === end) throw new Killed();
    });
    end = 'commit nodes before';
    await expect(store.transaction((db) => beatNode(db, beat))).rejects.toThrow(Killed);
    expect(await isNodeAlive(store.db, 'node_1', now)).toBe(false);
    end = 'commit nodes after';
    await expect(store.transaction((db) => beatNode(db, beat))).rejects.toThrow(Killed);
    expect(await isNodeAlive(store.db, 'node_1', now)).toBe(true);
  });
});

it('has a point before and one after something is asked of the outside, also when that fails', async () => {
  const points: string[] = [];
  const port = { put: async () => Promise.reject(new Error('away')), name: 'a place' };
  const named = nameEffects('blobs', { port, methods: ['put'] }, (point) => points.push(point));
  await expect(named.put()).rejects.toThrow('away');
  expect(points).toEqual(['blobs.put before', 'blobs.put after']);
  expect(named.name).toBe('a place');
});
