import { beforeAll, expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../tests/setup/describe-on-both.ts';
import { insertCall } from './calls.ts';
import { sumCosts } from './costs.ts';
import type { Store } from './open-store.ts';
import { everyone, onlyOf } from './reach.ts';
import { insertCallCosts } from './spend.ts';

const calls = [
  { client: 'client_1', assistant: 1, day: '2026-01-05', micros: 100, total: 100 },
  { client: 'client_1', assistant: 2, day: '2026-01-06', micros: 30, total: null },
  { client: 'client_2', assistant: 2, day: '2026-01-06', micros: 500, total: 500 },
  { client: null, assistant: null, day: '2026-01-06', micros: 7, total: 7 },
] as const;

async function fill({ db }: Store): Promise<void> {
  for (const [index, call] of calls.entries()) {
    const id = `call_${index}`;
    const at = new Date(`${call.day}T12:00:00Z`);
    await insertCall(db, {
      ...{ id, client_id: call.client, dialect: 'v1', direction: 'outbound', status: 'completed', lifecycle: '{}' },
      ...{ to_number: '+12125550001', from_number: '+12125550002', revision: 1, carrier: 'fake', carrier_sid: null },
      ...{ assistant: '{"name":"a"}', parameters: '{}', request_id: null, instructions: null, sessions_offered: 0 },
      ...{ sessions_opened: 0, created_at: at, answered_at: at, ended_at: at, check_at: null },
      assistant_id: call.assistant,
    });
    await insertCallCosts(db, [
      {
        ...{
          call_id: id,
          client_id: call.client,
          campaign_id: null,
          currency: 'USD',
          day: call.day,
          status: 'counted',
        },
        ...{ reserved_micros: 0, settled_micros: call.micros, total_micros: call.total, created_at: at },
      },
    ]);
  }
}

describeOnBothDatabases('adding up what calls cost', (openFresh) => {
  let store: Store;
  beforeAll(async () => {
    store = await openFresh();
    await fill(store);
  });
  const sum = async (by: Parameters<typeof sumCosts>[2]['by'], reach = everyone) => {
    const sums = await sumCosts(store.db, { reach }, { by, most: 100 });
    return sums.map(({ key, calls: count, knownMicros, withoutTotal }) => [key, count, knownMicros, withoutTotal]);
  };

  it('goes over all, each day, client and assistant, the dearest first, and tells how many are not wholly known', async () => {
    expect(await sum('all')).toEqual([[null, 4, 637, 1]]);
    expect(await sum('day')).toEqual([
      ['2026-01-06', 3, 537, 1],
      ['2026-01-05', 1, 100, 0],
    ]);
    expect(await sum('client')).toEqual([
      ['client_2', 1, 500, 0],
      ['client_1', 2, 130, 1],
      [null, 1, 7, 0],
    ]);
    expect(await sum('assistant')).toEqual([
      ['2', 2, 530, 1],
      ['1', 1, 100, 0],
      [null, 1, 7, 0],
    ]);
  });

  it('sees one client’s calls alone, where it is asked to', async () => {
    expect(await sum('all', onlyOf('client_1'))).toEqual([[null, 2, 130, 1]]);
    expect(await sum('client', onlyOf('client_1'))).toEqual([['client_1', 2, 130, 1]]);
    expect(await sum('all', onlyOf('client_9'))).toEqual([]);
  });
});
