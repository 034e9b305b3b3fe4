import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '../../base/clock.ts';
import { createStatementRunner } from './prepared-statements.ts';

const longestUseMs = 30_000;
const mostPrepared = 400;

describe('statements on the embedded database', () => {
  let database: PGlite;
  beforeAll(async () => {
    database = await PGlite.create();
  });
  afterAll(() => database.close());

  const clock = createFakeClock();
  let run: ReturnType<typeof createStatementRunner>;
  beforeEach(async () => {
    await database.exec(
      'deallocate all; drop table if exists things; create table things (id int primary key, name text)',
    );
    run = createStatementRunner(database, clock.monotonicMs);
  });

  const preparedNow = async () => {
    const { rows } = await run('select name, statement from pg_prepared_statements order by prepare_time', []);
    return rows.map(([name, statement]) => ({ name, statement }));
  };

  it('give columns, rows as text, the command and how many rows', async () => {
    expect(await run('insert into things values ($1, $2), ($3, $4)', ['1', 'one', '2', null])).toEqual({
      ...{ command: 'INSERT', rowCount: 2, columns: [], rows: [] },
    });
    expect(await run('select * from things where id > $1 order by id', ['0'])).toMatchObject({
      command: 'SELECT',
      rowCount: 2,
      columns: [{ name: 'id' }, { name: 'name' }],
      rows: [
        ['1', 'one'],
        ['2', null],
      ],
    });
    expect(await run("select 1 as one; select 'last' as two", [])).toMatchObject({ rows: [['last']] });
  });

  it('are prepared once for each text', async () => {
    for (const id of ['1', '2', '3']) await run('select * from things where id = $1', [id]);
    expect(await preparedNow()).toEqual([{ name: 's1', statement: 'select * from things where id = $1' }]);
  });

  it('are prepared again after half a minute, for tables that have grown', async () => {
    await run('select * from things where id = $1', ['1']);
    clock.advance(longestUseMs - 1);
    await run('select * from things where id = $1', ['1']);
    expect((await preparedNow()).map(({ name }) => name)).toEqual(['s1']);
    clock.advance(1);
    await run('select * from things where id = $1', ['1']);
    expect((await preparedNow()).map(({ name }) => name)).toEqual(['s2']);
  });

  it('see a column that was added meanwhile', async () => {
    await run('insert into things values ($1, $2)', ['1', 'one']);
    await run('select * from things where id = $1', ['1']);
    await run('alter table things add column size int default 7', []);
    const { columns, rows } = await run('select * from things where id = $1', ['1']);
    expect([columns.map(({ name }) => name), rows]).toEqual([['id', 'name', 'size'], [['1', 'one', '7']]]);
  });

  it('are let go when there are too many', async () => {
    for (let count = 0; count < mostPrepared + 20; count += 1) await run(`select ${count} where 1 = $1`, ['1']);
    const kept = (await preparedNow()).map(({ statement }) => statement);
    expect(kept).toHaveLength(mostPrepared);
    const ends = ['select 19 where 1 = $1', 'select 20 where 1 = $1'];
    expect(ends.map((text) => kept.includes(text))).toEqual([false, true]);
    expect((await run('select 0 where 1 = $1', ['1'])).rows).toEqual([['0']]);
  });

  it('fail by themselves: what is refused is told, in a transaction too, and others go on', async () => {
    await run('insert into things values ($1, $2)', ['1', 'one']);
    const again = run('insert into things values ($1, $2)', ['1', 'again']);
    await expect(again).rejects.toMatchObject({ severity: 'ERROR', code: '23505', constraint: 'things_pkey' });
    await expect(run('select nothing from things where id = $1', ['1'])).rejects.toMatchObject({ code: '42703' });
    await run('begin', []);
    await expect(run('insert into things values ($1, $2)', ['1', 'x'])).rejects.toMatchObject({ code: '23505' });
    await expect(run('select * from things where id = $1', ['1'])).rejects.toMatchObject({ code: '25P02' });
    expect((await run('commit', [])).command).toBe('ROLLBACK');
    expect((await run('select * from things where id = $1', ['1'])).rows).toEqual([['1', 'one']]);
  });

  it('are run in the order in which they are sent', async () => {
    const sent = [
      run('begin', []),
      run('insert into things values ($1, $2)', ['1', 'one']),
      run('update things set name = $1 where id = $2', ['two', '1']),
      run('select name from things where id = $1', ['1']),
      run('rollback', []),
      run('select name from things where id = $1', ['1']),
    ];
    const answers = await Promise.all(sent);
    expect(answers.map(({ rows }) => rows)).toEqual([[], [], [], [['two']], [], []]);
  });

  it('tell of notifications that come with them', async () => {
    const heard: string[] = [];
    const stop = database.onNotification((channel, payload) => void heard.push(`${channel} ${payload}`));
    await run('listen news', []);
    await run('select pg_notify($1, $2)', ['news', 'hello']);
    await run('select 1', []);
    stop();
    expect(heard).toEqual(['news hello']);
  });
});
