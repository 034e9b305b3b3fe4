import { AsyncLocalStorage } from 'node:async_hooks';
import { type Kysely, sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../tests/setup/describe-on-both.ts';
import { createFakeClock, createFastClock } from '../base/clock.ts';
import { systemRandom } from '../base/random.ts';
import type { Store } from './open-store.ts';
import { runTransaction } from './run-transaction.ts';
import { isUniqueViolation, sqlStateOf } from './sql-errors.ts';

const notes = {
  '0001-notes': {
    up: async (db: Kysely<unknown>) => {
      await sql`create table notes (id int primary key, text text not null, constraint not_empty check (text <> ''))`.execute(
        db,
      );
    },
  },
};

async function countNotes(store: Store): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) from notes`.execute(store.db);
  return rows[0]!.count;
}

/** Fails like a collision of two transactions does. */
const collide = (state: string) => sql.raw(`do $$ begin raise exception 'collided' using errcode = '${state}'; end $$`);

describeOnBothDatabases('a store', (openFresh) => {
  let store: Store;
  beforeAll(async () => {
    // Time-outs and back-offs pass ten times as fast.
    store = await openFresh({ migrations: notes, parts: { clock: createFastClock(10) } });
  });

  test('gives every type back as the same value', async () => {
    const { rows } = await sql`select 9007199254740991::int8 as big, 1.50::numeric as amount, true as yes,
      '2026-01-05T15:00:00.123Z'::timestamptz as moment, '2026-01-05'::date as day, '{"a":[1,null]}'::jsonb as data,
      '[1,"x"]'::json as list, array['a b','c"d']::text[] as words, '\\x00ff'::bytea as bytes, 2.5::float8 as ratio,
      7::int2 as small, null::text as nothing, 'x'::varchar(3) as short`.execute(store.db);
    expect(rows).toEqual([
      {
        big: 9007199254740991,
        amount: '1.50',
        yes: true,
        moment: new Date('2026-01-05T15:00:00.123Z'),
        day: '2026-01-05',
        data: { a: [1, null] },
        list: [1, 'x'],
        words: ['a b', 'c"d'],
        bytes: Buffer.from([0, 255]),
        ratio: 2.5,
        small: 7,
        nothing: null,
        short: 'x',
      },
    ]);
  });

  test('takes every type of parameter', async () => {
    const { rows } = await sql`select ${new Date('2026-01-05T15:00:00Z')}::timestamptz as moment, ${true}::bool as yes,
      ${12}::int8 as big, ${JSON.stringify([1])}::jsonb as list, ${{ a: 1 }}::jsonb as data, ${null}::text as nothing,
      ${['a,b', 'c"\\d', null, '{}']}::text[] as words, ${Buffer.from([0, 255])}::bytea as bytes`.execute(store.db);
    expect(rows).toEqual([
      {
        moment: new Date('2026-01-05T15:00:00Z'),
        yes: true,
        big: 12,
        list: [1],
        data: { a: 1 },
        nothing: null,
        words: ['a,b', 'c"\\d', null, '{}'],
        bytes: Buffer.from([0, 255]),
      },
    ]);
  });

  test('refuses a whole number that JavaScript would round', async () => {
    const asked = sql`select 9007199254740993::int8 as big`.execute(store.db);
    await expect(asked).rejects.toMatchObject({ code: 'store/number-too-large' });
    expect(await store.isReachable()).toBe(true);
  });

  test('says how many rows a statement changed', async () => {
    const inserted = await sql`insert into notes values (1, 'a'), (2, 'b')`.execute(store.db);
    const deleted = await sql`delete from notes where id = ${1}`.execute(store.db);
    await sql`delete from notes`.execute(store.db);
    expect([inserted.numAffectedRows, deleted.numAffectedRows]).toEqual([2n, 1n]);
  });

  test('names state, constraint, table and detail of a refused row', async () => {
    await sql`insert into notes values (1, 'a')`.execute(store.db);
    const again: unknown = await sql`insert into notes values (${1}, 'a')`.execute(store.db).catch((error) => error);
    const empty: unknown = await sql`insert into notes values (3, '')`.execute(store.db).catch((error) => error);
    await sql`delete from notes`.execute(store.db);
    expect(isUniqueViolation(again, 'notes_pkey')).toBe(true);
    expect(isUniqueViolation(again, 'another')).toBe(false);
    expect(again).toMatchObject({ table: 'notes', detail: 'Key (id)=(1) already exists.', severity: 'ERROR' });
    expect(sqlStateOf(empty)).toBe('23514');
    expect(empty).toMatchObject({ constraint: 'not_empty' });
  });

  test('keeps all of a transaction or nothing', async () => {
    const kept = await store.transaction(async (tx) => {
      await sql`insert into notes values (1, 'kept')`.execute(tx);
      return 'result';
    });
    const lost = store.transaction(async (tx) => {
      await sql`insert into notes values (2, 'lost')`.execute(tx);
      throw new Error('changed my mind');
    });
    await expect(lost).rejects.toThrow('changed my mind');
    expect(kept).toBe('result');
    expect(await countNotes(store)).toBe(1);
    await sql`delete from notes`.execute(store.db);
  });

  test('does not report a transaction as kept when one of its statements had failed', async () => {
    const work = store.transaction(async (tx) => {
      await sql`insert into notes values (5, '')`.execute(tx).catch(() => undefined);
    });
    await expect(work).rejects.toMatchObject({ code: 'store/transaction-aborted' });
  });

  test.each(['40001', '40P01'])('runs a transaction again after %s', async (state) => {
    let runs = 0;
    await store.transaction(async (tx) => {
      runs += 1;
      await sql`insert into notes values (${runs}, 'once')`.execute(tx);
      if (runs < 4) await collide(state).execute(tx);
    });
    expect(runs).toBe(4);
    expect(await countNotes(store)).toBe(1);
    await sql`delete from notes`.execute(store.db);
  });

  test('gives up after five more runs', async () => {
    let runs = 0;
    const work = store.transaction(async (tx) => {
      runs += 1;
      await collide('40001').execute(tx);
    });
    await expect(work).rejects.toMatchObject({ code: '40001' });
    expect(runs).toBe(6);
  });

  test('does not repeat a transaction that failed for another reason', async () => {
    let runs = 0;
    const work = store.transaction(async (tx) => {
      runs += 1;
      await sql`select 1/0`.execute(tx);
    });
    await expect(work).rejects.toMatchObject({ code: '22012' });
    expect(runs).toBe(1);
  });

  test('refuses a query past the transaction that is going on', async () => {
    const query = store.transaction(() => sql`select 1`.execute(store.db));
    const nested = store.transaction(() => store.transaction(async () => 1));
    await expect(query).rejects.toMatchObject({ code: 'store/query-outside-transaction' });
    await expect(nested).rejects.toMatchObject({ code: 'store/query-outside-transaction' });
  });

  test('lets work that a transaction has left behind query freely', async () => {
    const gate = Promise.withResolvers<void>();
    const later = await store.transaction(async () => ({
      count: gate.promise.then(() => countNotes(store)),
    }));
    gate.resolve();
    expect(await later.count).toBe(0);
  });

  test('ends a transaction that takes too long, and nobody else waits for it any more', async () => {
    const clock = createFakeClock();
    const begun = Promise.withResolvers<void>();
    const never = Promise.withResolvers<void>();
    let lateQuery: Promise<unknown> | undefined;
    const parts = { db: store.db, clock, random: systemRandom, scope: new AsyncLocalStorage<{ isOpen: boolean }>() };
    const stuck = runTransaction(parts, async (tx) => {
      await sql`insert into notes values (9, 'late')`.execute(tx);
      begun.resolve();
      lateQuery = never.promise.then(() => sql`select 1`.execute(tx));
      await lateQuery;
    });
    await begun.promise;
    clock.advance(30_000);
    await expect(stuck).rejects.toMatchObject({ code: 'store/transaction-too-long' });
    expect(await countNotes(store)).toBe(0);
    never.resolve();
    await expect(lateQuery).rejects.toThrow();
  });

  test('keeps concurrent transactions apart', async () => {
    // On a clock as fast as life: forty of them take a while on a busy machine.
    const own = await openFresh({ migrations: notes });
    await sql`insert into notes values (1, '0')`.execute(own.db);
    const addOne = () =>
      own.transaction(async (tx) => {
        const { rows } = await sql<{ text: string }>`select text from notes where id = 1 for update`.execute(tx);
        await sql`update notes set text = ${String(Number(rows[0]!.text) + 1)} where id = 1`.execute(tx);
      });
    await Promise.all(Array.from({ length: 40 }, addOne));
    const { rows } = await sql`select text from notes`.execute(own.db);
    expect(rows).toEqual([{ text: '40' }]);
  });

  test('tells listeners what was notified, and only once it is committed', async () => {
    const heard: string[] = [];
    const third = Promise.withResolvers<void>();
    const stop = await store.onNotify('news', (payload) => {
      heard.push(payload);
      if (heard.length === 3) third.resolve();
    });
    await store.notify('news', 'one');
    await store.transaction((tx) => store.notify('news', 'two', tx));
    await store
      .transaction(async (tx) => {
        await store.notify('news', 'undone', tx);
        await sql`rollback`.execute(tx);
      })
      .catch(() => undefined);
    await store.notify('other', 'not for us');
    await store.notify('news', 'it\'s "three"');
    await third.promise;
    await stop();
    expect(heard).toEqual(['one', 'two', 'it\'s "three"']);
  });

  test('stops telling one listener and goes on telling the other', async () => {
    const heard: string[] = [];
    const told = Promise.withResolvers<void>();
    const stopFirst = await store.onNotify('pair', () => heard.push('first'));
    const stopSecond = await store.onNotify('pair', () => {
      heard.push('second');
      told.resolve();
    });
    await stopFirst();
    await store.notify('pair', 'x');
    await told.promise;
    await stopSecond();
    expect(heard).toEqual(['second']);
  });

  test('refuses a channel name that is none', async () => {
    await expect(store.onNotify('a"; drop table notes', () => {})).rejects.toMatchObject({ code: 'store/bad-channel' });
    await expect(store.notify('Upper', '')).rejects.toMatchObject({ code: 'store/bad-channel' });
  });

  test('finishes the work in hand before it closes, and refuses more', async () => {
    const own = await openFresh({ migrations: notes });
    const started = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const work = own.transaction(async (tx) => {
      started.resolve();
      await goOn.promise;
      const inserted = await sql`insert into notes values (1, 'last')`.execute(tx);
      return inserted.numAffectedRows;
    });
    await started.promise;
    const closing = own.close();
    goOn.resolve();
    expect(await work).toBe(1n);
    await closing;
    await expect(countNotes(own)).rejects.toThrow();
    expect(await own.isReachable()).toBe(false);
  });
});
