import { beforeAll, expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../tests/setup/describe-on-both.ts';
import { insertCall } from './calls.ts';
import type { Store } from './open-store.ts';
import { everyone, onlyOf } from './reach.ts';
import { countCalls, countCallsByDay, measureReplies } from './stats.ts';
import { saveTurns } from './turns.ts';

interface Told {
  client: string | null;
  status: string;
  at: string;
  answered?: boolean;
  seconds?: number;
  direction?: string;
  replies?: number[];
}

const calls: Told[] = [
  {
    client: 'client_1',
    status: 'completed',
    at: '2026-01-05T23:59:59Z',
    answered: true,
    seconds: 60,
    replies: [100, 300],
  },
  { client: 'client_1', status: 'completed', at: '2026-01-06T00:00:00Z', answered: true, seconds: 30, replies: [900] },
  { client: 'client_1', status: 'busy', at: '2026-01-06T12:00:00Z', seconds: 0 },
  { client: 'client_1', status: 'in_progress', at: '2026-01-06T12:00:00Z', answered: true },
  {
    client: 'client_1',
    status: 'completed',
    at: '2026-01-06T13:00:00Z',
    answered: true,
    seconds: 10,
    direction: 'inbound',
  },
  { client: 'client_2', status: 'no_answer', at: '2026-01-06T12:00:00Z', seconds: 0 },
  { client: null, status: 'blocked', at: '2026-01-07T12:00:00Z' },
];

async function fill({ db }: Store): Promise<void> {
  for (const [index, call] of calls.entries()) {
    const id = `call_${index}`;
    const at = new Date(call.at);
    const isOver = call.status !== 'in_progress';
    await insertCall(db, {
      ...{ id, client_id: call.client, dialect: 'v1', direction: call.direction ?? 'outbound' },
      ...{ to_number: '+12125550001', from_number: '+12125550002', status: call.status, lifecycle: '{}', revision: 1 },
      ...{ carrier: 'fake', carrier_sid: call.status === 'blocked' ? null : `CA${index}`, assistant: '{"name":"a"}' },
      ...{ parameters: '{}', request_id: null, instructions: null, sessions_offered: 0, sessions_opened: 0 },
      ...{ created_at: at, answered_at: call.answered ? at : null, ended_at: isOver ? at : null, check_at: null },
      ...{ duration_seconds: call.seconds ?? null, outcome: isOver ? call.status : null, assistant_id: index },
    });
    const turn = {
      call_id: id,
      speaker: 'assistant',
      text: 'x',
      heard_text: 'x',
      heard_source: 'said',
      interrupted: false,
    };
    const replies = call.replies ?? [];
    await saveTurns(
      db,
      replies.map((reply_ms, at_) => ({ ...turn, index: at_, started_at: at, reply_ms })),
    );
  }
}

describeOnBothDatabases('figures over calls', (openFresh) => {
  let store: Store;
  beforeAll(async () => {
    store = await openFresh();
    await fill(store);
  });

  it('count by status and outcome what is within reach', async () => {
    const counts = await countCalls(store.db, { reach: onlyOf('client_1') });
    const found = Object.fromEntries(counts.map(({ status, ...rest }) => [status, rest]));
    expect(found).toEqual({
      completed: { outcome: 'completed', calls: 3, tried: 2, answered: 2, durationSeconds: 100, timed: 3 },
      busy: { outcome: 'busy', calls: 1, tried: 1, answered: 0, durationSeconds: 0, timed: 0 },
      in_progress: { outcome: null, calls: 1, tried: 0, answered: 0, durationSeconds: 0, timed: 0 },
    });
    const all = await countCalls(store.db, { reach: everyone });
    expect(all.find(({ status }) => status === 'blocked')).toMatchObject({ calls: 1, tried: 0 });
    expect(all.reduce((sum, some) => sum + some.calls, 0)).toBe(calls.length);
  });

  it('count by assistant and between two moments, the first counted in and the last not', async () => {
    const total = async (filter: object) =>
      (await countCalls(store.db, { reach: everyone, ...filter })).reduce((sum, { calls: some }) => sum + some, 0);
    expect(await total({ assistantId: 2 })).toBe(1);
    const [createdAfter, createdBefore] = [new Date('2026-01-06T00:00:00Z'), new Date('2026-01-06T12:00:00Z')];
    expect(await total({ createdAfter, createdBefore })).toBe(1);
    expect(await total({ createdAfter })).toBe(6);
  });

  it('count by day in UTC, newest first, no more days than wanted', async () => {
    const days = await countCallsByDay(store.db, { reach: everyone }, 2);
    expect(days.map(({ day, calls: some }) => [day, some])).toEqual([
      ['2026-01-07', 1],
      ['2026-01-06', 5],
    ]);
  });

  it('measure replies over all days and by day', async () => {
    expect(await measureReplies(store.db, { reach: onlyOf('client_1') }, 366)).toEqual([
      { day: null, replies: 3, p50Ms: 300, p95Ms: 900 },
      { day: '2026-01-06', replies: 1, p50Ms: 900, p95Ms: 900 },
      { day: '2026-01-05', replies: 2, p50Ms: 100, p95Ms: 300 },
    ]);
    const none = await measureReplies(store.db, { reach: onlyOf('client_2') }, 366);
    expect(none.filter(({ replies }) => replies > 0)).toEqual([]);
  });
});
