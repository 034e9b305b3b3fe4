import {
  type CompiledQuery,
  type DatabaseConnection,
  DummyDriver,
  type InsertQueryNode,
  Kysely,
  type OperationNode,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type RootOperationNode,
  type ValueNode,
  type ValuesNode,
} from 'kysely';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import { createLiveEvents } from '../../notify/live-events.ts';
import type { NewLogEntry } from '../../store/call-log.ts';
import type { NewEvent } from '../../store/events.ts';
import type { Store } from '../../store/open-store.ts';
import type { Database } from '../../store/schema.ts';
import type { NewTurn } from '../../store/turns.ts';
import { settled } from '../testing/fake-model.ts';
import { createCallRecords } from './call-record.ts';

const at = new Date(0);
const turn = (index: number, text: string): NewTurn => ({
  call_id: 'call_1',
  index,
  speaker: 'assistant',
  text,
  heard_source: 'unknown',
  interrupted: false,
  started_at: at,
  heard_text: null,
  reply_ms: null,
});
const entry = (seq: number): NewLogEntry => ({
  call_id: 'call_1',
  seq,
  at,
  machine: 'turn',
  event: '{}',
  effects: '[]',
});
const event = (key: string): NewEvent => ({
  id: `event_${key}`,
  call_id: 'call_1',
  client_id: null,
  type: 'turn.started',
  key,
  at,
  data: '{}',
});

type Row = Record<string, unknown>;

const dialect = {
  createAdapter: () => new PostgresAdapter(),
  createIntrospector: (db: Kysely<Database>) => new PostgresIntrospector(db),
  createQueryCompiler: () => new PostgresQueryCompiler(),
};

/** What a statement inserts, also where the insertion stands in another statement. */
function insertionOf(node: RootOperationNode): { table: string; rows: Row[] } {
  const parts: readonly OperationNode[] = node.kind === 'RawNode' ? node.parameters : [node];
  const insert = parts.find((part): part is InsertQueryNode => part.kind === 'InsertQueryNode');
  const values = insert?.values as ValuesNode | undefined;
  if (!insert?.into || values?.kind !== 'ValuesNode') throw new Error(`not an insertion: ${node.kind}`);
  const names = insert.columns?.map(({ column }) => column.name) ?? [];
  const rows = values.values.map((list) =>
    Object.fromEntries(
      list.values.map((value, at) => [
        names[at] ?? '',
        list.kind === 'PrimitiveValueListNode' ? value : (value as ValueNode).value,
      ]),
    ),
  );
  return { table: insert.into.table.identifier.name, rows };
}

/** A store whose transactions a test lets through or refuses, and that keeps what was committed. */
function createGatedStore() {
  const committed: { table: string; rows: Row[] }[] = [];
  const waiting: ((failure: unknown) => void)[] = [];
  const kyselyInto = (into: typeof committed) => {
    const connection: DatabaseConnection = {
      async executeQuery<R>({ query }: CompiledQuery): Promise<QueryResult<R>> {
        const inserted = insertionOf(query);
        into.push(inserted);
        return { rows: inserted.rows as R[] };
      },
      // biome-ignore lint/correctness/useYield: nothing is streamed
      async *streamQuery() {
        throw new Error('nothing is streamed');
      },
    };
    const driver = Object.assign(new DummyDriver(), { acquireConnection: async () => connection });
    return new Kysely<Database>({ dialect: { ...dialect, createDriver: () => driver } });
  };
  const store = {
    async transaction(work: (db: unknown) => Promise<unknown>) {
      const written: typeof committed = [];
      const result = await work(kyselyInto(written));
      const failure = await new Promise<unknown>((resolve) => waiting.push(resolve));
      if (failure !== null) throw failure;
      committed.push(...written);
      return result;
    },
  } as unknown as Store;
  return {
    store,
    committed,
    waiting,
    async answer(failure: unknown = null) {
      await settled();
      const next = waiting.shift();
      if (!next) throw new Error('no transaction is waiting');
      next(failure);
      await settled();
    },
    rowsOf: (table: string) => committed.filter((write) => write.table === table).flatMap((write) => write.rows),
  };
}

function start(options: { gatherMs?: number } = {}) {
  const gate = createGatedStore();
  const clock = createFakeClock();
  const live = createLiveEvents();
  const heard: string[] = [];
  live.subscribe((row) => heard.push(row.key));
  const records = createCallRecords({ store: gate.store, live, clock, log: silentLogger, ...options });
  return { ...gate, clock, live, records, record: records.open(), heard };
}

describe('the record of a call', () => {
  it('writes what comes in one tick at once, and of a turn only its newest state', async () => {
    const { record, answer, committed, rowsOf } = start();
    record.saveTurn(turn(0, 'Hel'));
    record.announce(event('turn.started:0'));
    record.saveTurn(turn(0, 'Hello'));
    record.log(entry(1));
    await answer();
    expect(committed.map((write) => write.table)).toEqual(['turns', 'call_log', 'events']);
    expect(rowsOf('turns').map((row) => row.text)).toEqual(['Hello']);
  });

  it('holds back while the store is busy and then writes everything, in order', async () => {
    const { record, answer, waiting, rowsOf } = start();
    record.log(entry(1));
    await settled();
    for (let seq = 2; seq <= 50; seq += 1) {
      record.log(entry(seq));
      await settled();
    }
    expect(waiting).toHaveLength(1);
    await answer();
    await answer();
    expect(rowsOf('call_log').map((row) => row.seq)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  });

  it('tries the same again after a failure, loses nothing and keeps the order', async () => {
    const { record, answer, clock, rowsOf } = start();
    record.log(entry(1));
    record.saveTurn(turn(0, 'Hel'));
    await answer(new Error('no connection'));
    record.log(entry(2));
    record.saveTurn(turn(0, 'Hello'));
    clock.advance(500);
    await answer(new Error('no connection'));
    clock.advance(500);
    await answer();
    await answer();
    expect(rowsOf('call_log').map((row) => row.seq)).toEqual([1, 2]);
    expect(rowsOf('turns').map((row) => row.text)).toEqual(['Hel', 'Hello']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('settles only when all of it is stored, however long that takes', async () => {
    const { record, answer, clock } = start();
    let isFlushed = false;
    record.log(entry(1));
    void record.flushed().then(() => {
      isFlushed = true;
    });
    await answer(new Error('no connection'));
    clock.advance(500);
    record.log(entry(2));
    await answer();
    expect(isFlushed).toBe(false);
    await answer();
    expect(isFlushed).toBe(true);
    await record.flushed();
  });

  it('tells listeners of an event once it is stored, not before, and only once', async () => {
    const { record, answer, clock, heard } = start();
    record.announce(event('turn.started:0'));
    await answer(new Error('no connection'));
    expect(heard).toEqual([]);
    clock.advance(500);
    await answer();
    expect(heard).toEqual(['turn.started:0']);
  });

  it('is not held up by a listener that throws', async () => {
    const { record, answer, live, heard } = start();
    live.subscribe(() => {
      throw new Error('listener');
    });
    record.announce(event('turn.started:0'));
    await answer();
    record.announce(event('turn.started:1'));
    await answer();
    await record.flushed();
    expect(heard).toEqual(['turn.started:0', 'turn.started:1']);
  });

  it.each(['22P05', '23503'])('gives up what the database refuses for good (%s) and goes on', async (state) => {
    const { record, answer, clock, rowsOf } = start();
    record.log(entry(1));
    const refusal = new pg.DatabaseError('refused', 0, 'error');
    refusal.code = state;
    await answer(refusal);
    expect(clock.pendingTimers).toBe(0);
    record.log(entry(2));
    await answer();
    await record.flushed();
    expect(rowsOf('call_log').map((row) => row.seq)).toEqual([2]);
  });

  it('writes the harvest of a long outage in statements of bearable size', async () => {
    const { record, answer, committed, rowsOf } = start();
    for (let seq = 1; seq <= 2500; seq += 1) record.log(entry(seq));
    for (let batch = 0; batch < 3; batch += 1) await answer();
    await record.flushed();
    expect(committed.map((write) => write.rows.length)).toEqual([1000, 1000, 500]);
    expect(rowsOf('call_log')).toHaveLength(2500);
  });

  it('writes what several calls hand in meanwhile in one transaction', async () => {
    const { records, record, answer, waiting, rowsOf } = start();
    const others = [2, 3, 4].map((number) => ({ number, record: records.open() }));
    record.log(entry(1));
    await settled();
    for (const other of others) other.record.log({ ...entry(1), call_id: `call_${other.number}` });
    await settled();
    expect(waiting).toHaveLength(1);
    await answer();
    await answer();
    expect(rowsOf('call_log').map((row) => row.call_id)).toEqual(['call_1', 'call_2', 'call_3', 'call_4']);
    expect(waiting).toHaveLength(0);
  });

  it("does not lose other calls' rows to one whose rows are refused", async () => {
    const { records, record, answer, rowsOf } = start();
    const refusal = new pg.DatabaseError('refused', 0, 'error');
    refusal.code = '23503';
    record.log(entry(1));
    records.open().log({ ...entry(1), call_id: 'call_2' });
    await answer(refusal);
    await answer(refusal);
    await answer();
    expect(rowsOf('call_log').map((row) => row.call_id)).toEqual(['call_2']);
    await record.flushed();
  });

  it('settles once its own rows are stored, whatever waits of other calls', async () => {
    const { records, record, answer } = start();
    const other = records.open();
    record.log(entry(1));
    await settled();
    other.log({ ...entry(1), call_id: 'call_2' });
    let isFlushed = false;
    void record.flushed().then(() => {
      isFlushed = true;
    });
    await answer();
    expect(isFlushed).toBe(true);
  });

  it('writes a turn once that two sessions of a call hand in', async () => {
    const { records, record, answer, rowsOf } = start();
    record.saveTurn(turn(0, 'Hel'));
    records.open().saveTurn(turn(0, 'Hello'));
    await answer();
    expect(rowsOf('turns').map((row) => row.text)).toEqual(['Hello']);
  });

  it('lets what is handed in wait for company, unless a conversation waits to be stored', async () => {
    const { record, answer, waiting, clock, rowsOf } = start({ gatherMs: 50 });
    record.log(entry(1));
    await settled();
    clock.advance(49);
    record.log(entry(2));
    await settled();
    expect(waiting).toHaveLength(0);
    clock.advance(1);
    await answer();
    expect(rowsOf('call_log').map((row) => row.seq)).toEqual([1, 2]);
    record.log(entry(3));
    const flushed = record.flushed();
    await answer();
    await flushed;
    expect(rowsOf('call_log').map((row) => row.seq)).toEqual([1, 2, 3]);
    expect(clock.pendingTimers).toBe(0);
  });
});
