import { expect, inject, it } from 'vitest';
import { describeOnBothDatabases, freshPostgres } from '../../tests/setup/describe-on-both.ts';
import { systemClock } from '../base/clock.ts';
import { silentLogger } from '../base/log.ts';
import { systemRandom } from '../base/random.ts';
import { type EventPlace, insertEvents, listEventsAfter, listVisibleEvents } from './events.ts';
import { openStore } from './open-store.ts';
import type { Db } from './schema.ts';

const everyone = { everyone: true } as const;
const eventOf = (id: string, more: { type?: string; client_id?: string | null } = {}) => ({
  ...{ id, call_id: null, client_id: null, type: 'call.ended', key: id, at: new Date(0), data: '{}' },
  ...more,
});

const read = async (db: Db, after: EventPlace | null, limit = 10) => {
  const rows = await listVisibleEvents(db, everyone, { after, limit });
  const last = rows.at(-1);
  return { ids: rows.map(({ id }) => id), place: last ? { seenBy: last.seen_by, position: last.position } : after };
};

/** On a server that others use, an event is seen when the transactions that began before it are over, theirs too. */
const behindOthers = { timeout: 50_000 };

describeOnBothDatabases('all events', (openFresh) => {
  it('are read page by page, by type and by whose they are', async () => {
    const { db } = await openFresh();
    await insertEvents(db, [eventOf('one'), eventOf('two', { type: 'call.queued' })]);
    await insertEvents(db, [eventOf('three', { client_id: 'client_a' }), eventOf('four', { type: 'callback.made' })]);
    await expect.poll(async () => (await read(db, null)).ids, behindOthers).toHaveLength(4);
    const first = await read(db, null, 3);
    expect(first.ids).toEqual(['one', 'two', 'three']);
    expect((await read(db, first.place)).ids).toEqual(['four']);
    const ofCalls = await listVisibleEvents(db, everyone, { after: null, type: 'call.*', limit: 10 });
    expect(ofCalls.map(({ id }) => id)).toEqual(['one', 'two', 'three']);
    const queued = await listVisibleEvents(db, everyone, { after: null, type: 'call.queued', limit: 10 });
    expect(queued.map(({ id }) => id)).toEqual(['two']);
    const own = { everyone: false, clientId: 'client_a' } as const;
    expect((await listVisibleEvents(db, own, { after: null, limit: 10 })).map(({ id }) => id)).toEqual(['three']);
    expect((await listEventsAfter(db, own, { position: 0, limit: 10 })).map(({ id }) => id)).toEqual(['three']);
  });
});

it.skipIf(inject('postgresUrl') === null)(
  'are never passed over, however long their transaction stays open',
  async () => {
    const { options, remove } = await freshPostgres();
    const store = await openStore(options, { clock: systemClock, random: systemRandom, log: silentLogger });
    const { db } = store;
    const added = Promise.withResolvers<void>();
    const mayCommit = Promise.withResolvers<void>();
    const slow = store.transaction(async (tx) => {
      await insertEvents(tx, [eventOf('slow')]);
      added.resolve();
      await mayCommit.promise;
    });
    await added.promise;
    await insertEvents(db, [eventOf('quick')]);
    // What was added behind it waits for it.
    const before = await read(db, null);
    expect(before.ids).toEqual([]);
    mayCommit.resolve();
    await slow;
    await expect.poll(async () => (await read(db, before.place)).ids, behindOthers).toEqual(['slow', 'quick']);
    await store.close();
    await remove();
  },
);
