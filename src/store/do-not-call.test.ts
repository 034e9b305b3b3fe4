import { beforeAll, expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../tests/setup/describe-on-both.ts';
import { addAllToDoNotCall, addToDoNotCall, findDoNotCall, listDoNotCall, removeFromDoNotCall } from './do-not-call.ts';
import type { Store } from './open-store.ts';
import { everyone, onlyOf } from './reach.ts';

const at = new Date('2026-01-05T15:00:00Z');
const entry = (client_id: string, number: string, reason = 'added') => ({
  ...{ client_id, number, reason, call_id: null, created_at: at },
});

describeOnBothDatabases('do-not-call lists', (openFresh) => {
  let store: Store;
  beforeAll(async () => {
    store = await openFresh();
    await addToDoNotCall(store.db, entry('', '+1'));
    await addToDoNotCall(store.db, entry('client_1', '+1', 'own'));
    await addToDoNotCall(store.db, entry('client_2', '+2'));
  });

  it('forbid by the client’s own entry before everyone’s, and never by another client’s', async () => {
    const { db } = store;
    expect(await findDoNotCall(db, '+1', 'client_1')).toMatchObject({ reason: 'own' });
    expect(await findDoNotCall(db, '+1', 'client_2')).toMatchObject({ client_id: '' });
    expect(await findDoNotCall(db, '+1', null)).toMatchObject({ client_id: '' });
    expect(await findDoNotCall(db, '+2', 'client_1')).toBeUndefined();
    expect(await findDoNotCall(db, '+2', null)).toBeUndefined();
  });

  it('take more than one statement holds, each number once', async () => {
    const entries = Array.from({ length: 12_001 }, (_, index) => entry('client_3', `+3${index % 12_000}`));
    expect(await addAllToDoNotCall(store.db, entries)).toBe(12_000);
    expect(await addAllToDoNotCall(store.db, entries.slice(0, 10))).toBe(0);
    expect(await addAllToDoNotCall(store.db, [])).toBe(0);
  });

  it('are listed within reach, each entry once over all pages of the same moment', async () => {
    const { db } = store;
    expect(await listDoNotCall(db, { reach: onlyOf('client_2') }, { limit: 10, after: null })).toHaveLength(1);
    const seen = new Set<string>();
    let after: { createdAt: Date; clientId: string; number: string } | null = null;
    for (let pages = 0; pages < 20; pages += 1) {
      const rows = await listDoNotCall(db, { reach: everyone }, { limit: 1000, after });
      for (const row of rows) seen.add(`${row.client_id} ${row.number}`);
      const last = rows.at(-1);
      if (!last) break;
      after = { createdAt: last.created_at, clientId: last.client_id, number: last.number };
    }
    expect(seen.size).toBe(12_003);
  });

  it('let go of a number on one list only', async () => {
    const { db } = store;
    expect(await removeFromDoNotCall(db, 'client_1', '+2')).toBeUndefined();
    expect(await removeFromDoNotCall(db, 'client_1', '+1')).toMatchObject({ reason: 'own' });
    expect(await findDoNotCall(db, '+1', 'client_1')).toMatchObject({ client_id: '' });
  });
});
