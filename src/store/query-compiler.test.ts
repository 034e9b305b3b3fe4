import { beforeAll, expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../tests/setup/describe-on-both.ts';
import { appendToLog } from './call-log.ts';
import { insertCall } from './calls.ts';
import { insertEvents } from './events.ts';
import type { Store } from './open-store.ts';
import { listToolCalls, saveToolCalls } from './tool-calls.ts';
import { listTurns, type NewTurn, saveTurns } from './turns.ts';
import { addUsage, listUsage } from './usage.ts';

const at = new Date('2026-11-29T12:00:00.123Z');
const hard = 'a "quoted", {braced} \\back\\ NULL, ümlaut 👋\nline';
const turn = (index: number, more: Partial<NewTurn> = {}): NewTurn => ({
  ...{ call_id: 'call_1', index, speaker: 'person', text: hard, heard_text: null, heard_source: 'said' },
  ...{ interrupted: false, started_at: at, ended_at: null, reply_ms: null, latency: null, ...more },
});
const entry = (seq: number) => ({
  ...{ call_id: 'call_1', seq, at, machine: 'turn' },
  ...{ event: JSON.stringify({ text: hard }), effects: JSON.stringify([[seq], null]) },
});

describeOnBothDatabases('rows that are stored together', (openFresh) => {
  let store: Store;

  beforeAll(async () => {
    store = await openFresh();
    await insertCall(store.db, {
      ...{ id: 'call_1', client_id: null, dialect: 'v1', direction: 'outbound', to_number: '1', from_number: '2' },
      ...{ status: 'queued', lifecycle: '{}', revision: 1, carrier: 'fake', carrier_sid: null, assistant: '{}' },
      ...{ parameters: '{}', request_id: null, instructions: null, sessions_offered: 0, sessions_opened: 0 },
      ...{ created_at: at, check_at: null },
    });
  });

  it('come back as they were given, however they are written', async () => {
    const latency = JSON.stringify({ final: 1.5, token: null });
    await saveTurns(store.db, [turn(0), turn(1, { heard_text: '', interrupted: true, ended_at: at, latency })]);
    await saveTurns(store.db, [turn(0, { text: 'NULL', heard_text: '{}', reply_ms: 7 })]);
    const [first, second] = await listTurns(store.db, 'call_1');
    expect(first).toMatchObject({ text: 'NULL', heard_text: '{}', started_at: at, ended_at: null, reply_ms: 7 });
    expect(second).toMatchObject({ text: hard, heard_text: '', interrupted: true, ended_at: at });
    expect([first?.latency, second?.latency]).toEqual([null, { final: 1.5, token: null }]);

    await appendToLog(store.db, [entry(1), entry(2)]);
    await appendToLog(store.db, [entry(2), entry(3), entry(4)]);
    const log = await store.db.selectFrom('call_log').selectAll().orderBy('seq').execute();
    expect(log.map(({ seq, event, effects }) => [seq, event, effects])).toEqual(
      [1, 2, 3, 4].map((seq) => [seq, { text: hard }, [[seq], null]]),
    );

    const used = { call_id: 'call_1', vendor: 'a', model: '' };
    await addUsage(store.db, [
      { ...used, item: 'x', quantity: 3 },
      { ...used, item: 'y', quantity: 4 },
    ]);
    await addUsage(store.db, [{ ...used, item: 'y', quantity: 5_000_000_000 }]);
    expect((await listUsage(store.db, 'call_1')).map(({ quantity }) => quantity)).toEqual([3, 5_000_000_004]);

    const tool = { call_id: 'call_1', request: 1, turn_index: 1, id: 'c', name: 'find', arguments: hard };
    const state = { state: 'asked', result: null, asked_at: at, ended_at: null };
    await saveToolCalls(store.db, [
      { ...tool, ...state, number: 1 },
      { ...tool, ...state, number: 2 },
    ]);
    await saveToolCalls(store.db, [{ ...tool, ...state, number: 2, state: 'done', result: hard, ended_at: at }]);
    expect((await listToolCalls(store.db, 'call_1')).map(({ state, result }) => [state, result])).toEqual([
      ['asked', null],
      ['done', hard],
    ]);
  });

  it('are events in the order in which they were given', async () => {
    const ids = Array.from({ length: 50 }, (_, index) => `event_${50 - index}`);
    const event = { call_id: null, client_id: null, type: 'call.ended', at, data: '{"a":[1]}' };
    const added = await insertEvents(
      store.db,
      ids.map((id) => ({ ...event, id, key: id })),
    );
    expect(added.map(({ id }) => id)).toEqual(ids);
    expect(added[0]).toMatchObject({ call_id: null, at, data: { a: [1] } });
  });

  it('are one statement, however many they are', () => {
    const textFor = (count: number) =>
      store.db
        .insertInto('turns')
        .values(Array.from({ length: count }, (_, index) => turn(index)))
        .compile().sql;
    expect(textFor(1)).toBe(textFor(7));
  });
});
