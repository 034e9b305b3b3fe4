import { beforeAll, expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../tests/setup/describe-on-both.ts';
import { listCalls } from './calls.ts';
import type { Store } from './open-store.ts';
import { everyone, onlyOf } from './reach.ts';

describeOnBothDatabases('calls are found', (openFresh) => {
  let store: Store;

  beforeAll(async () => {
    store = await openFresh();
    const common = {
      dialect: 'v1',
      lifecycle: '{}',
      revision: 0,
      carrier: 'twilio',
      assistant: '{"name":"A"}',
      parameters: '{}',
    };
    const made = { ...common, status: 'completed', sessions_offered: 0, sessions_opened: 0, created_at: new Date(0) };
    const number = { to_number: '+14155550101', from_number: '+15551234567' };
    await store.db
      .insertInto('calls')
      .values([
        {
          ...made,
          ...number,
          id: 'call_out',
          direction: 'outbound',
          client_id: 'client_a',
          carrier_sid: `CA${'1'.repeat(32)}`,
        },
        {
          ...made,
          id: 'call_in',
          direction: 'inbound',
          to_number: '+15551234567',
          from_number: '+12125550199',
          carrier_sid: null,
        },
      ] as never)
      .execute();
  });

  it.each([
    ['4155550101', ['call_out']],
    ['+1 415', ['call_out']],
    ['555-01', ['call_in', 'call_out']],
    // Our own number is no number at the other end.
    ['5551234567', []],
    ['+555', []],
    ['call_in', ['call_in']],
    [`CA${'1'.repeat(32)}`, ['call_out']],
    ['%', ['call_in', 'call_out']],
  ])('by %s', async (search, ids) => {
    const found = await listCalls(store.db, { reach: everyone, search }, { limit: 10, after: null });
    expect(found.map(({ id }) => id).sort()).toEqual(ids);
  });

  it('among those that one may see', async () => {
    const filter = { reach: onlyOf('client_b'), search: 'call_out' };
    expect(await listCalls(store.db, filter, { limit: 10, after: null })).toEqual([]);
  });
});
