import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freshPostgres, hasPostgres } from '../../../tests/setup/describe-on-both.ts';
import { startTcpProxy } from '../../../tests/setup/tcp-proxy.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import { systemRandom } from '../../base/random.ts';
import { openStore } from '../open-store.ts';
import { openPostgres } from './open-postgres.ts';

// True time: the server is a real one, and what it may take is measured by this clock.
const parts = { clock: systemClock, random: systemRandom, log: silentLogger };

describe.runIf(hasPostgres())('a Postgres server', () => {
  let place: Awaited<ReturnType<typeof freshPostgres>>;
  beforeAll(async () => {
    place = await freshPostgres();
  });
  afterAll(async () => {
    await place.remove();
  });

  const changed = (change: (url: URL) => void) => {
    const url = new URL(place.options.url);
    change(url);
    return url.href;
  };

  const failureOf = async (url: string): Promise<Error> =>
    openStore({ kind: 'postgres', url }, parts).then(
      () => new Error('it opened'),
      (error) => error,
    );

  test('that refuses the password is named with the reason, without the password', async () => {
    const failure = await failureOf(
      changed((url) => {
        url.password = 'wrong-secret';
      }),
    );
    expect(failure.message).toMatch(
      /^Cannot use the Postgres server at 127.0.0.1:\d+\/test_\w+: it refused the password\.$/,
    );
    expect(failure).toMatchObject({ code: 'store/unreachable' });
  });

  test('that lacks the database, is not there, or has no such host is named with the reason', async () => {
    const noDatabase = await failureOf(changed((url) => Object.assign(url, { pathname: '/nowhere' })));
    const nobody = await failureOf(changed((url) => Object.assign(url, { port: '1' })));
    const noHost = await failureOf(changed((url) => Object.assign(url, { hostname: 'no-such-host.invalid' })));
    expect(noDatabase.message).toMatch(/it has no database of that name\.$/);
    expect(nobody.message).toMatch(/:1\/.+: nothing listens there\.$/);
    expect(noHost.message).toMatch(/there is no host of that name|could not be looked up/);
  });

  test('that goes away fails what is asked meanwhile, and is used again when it is back', async () => {
    const { hostname, port } = new URL(place.options.url);
    const network = await startTcpProxy({ host: hostname, port: Number(port) });
    const url = changed((each) => Object.assign(each, { port: String(network.port) }));
    const store = await openStore({ kind: 'postgres', url }, { ...parts, migrations: {} });
    const heard: string[] = [];
    const news = Promise.withResolvers<void>();
    const missed = Promise.withResolvers<void>();
    await store.onNotify('news', (payload) => {
      heard.push(payload);
      (payload === '' ? missed : news).resolve();
    });

    const interrupted = store.transaction(async (tx) => {
      await sql`select 1`.execute(tx);
      await network.cut();
      await sql`select 2`.execute(tx);
    });
    await expect(interrupted).rejects.toMatchObject({ code: 'store/unreachable' });
    await expect(sql`select 1`.execute(store.db)).rejects.toMatchObject({ code: 'store/unreachable' });
    expect(await store.isReachable()).toBe(false);

    await network.restore();
    await missed.promise;
    expect(await store.isReachable()).toBe(true);
    await store.notify('news', 'hello again');
    await news.promise;
    await store.close();
    await network.cut();
    expect(heard).toEqual(['', 'hello again']);
  });

  test('stops a statement that takes too long, and the connection goes on', async () => {
    const database = await openPostgres({ ...place.options, poolSize: 1, statementLimitMs: 100 }, parts);
    const session = await database.acquire();
    await expect(session.run('select pg_sleep(5)', [])).rejects.toMatchObject({ code: '57014' });
    expect((await session.run('select 1 as one', [])).rows).toEqual([{ one: 1 }]);
    session.release();
    await expect(session.run('select 1', [])).rejects.toMatchObject({ code: 'store/session-over' });
    await database.close();
  });

  const preparedOn = async (session: Awaited<ReturnType<Awaited<ReturnType<typeof openPostgres>>['acquire']>>) =>
    (await session.run('select statement from pg_prepared_statements order by statement', [])).rows.map(
      ({ statement }) => statement,
    );

  test('parses and plans a statement once for each connection', async () => {
    const database = await openPostgres({ ...place.options, poolSize: 1 }, parts);
    const session = await database.acquire();
    await session.run('begin', []);
    for (const one of [1, 2, 3]) await session.run('select $1::int as one', [one]);
    await session.run(`select ${'1 + '.repeat(2000)} $1::int as one`, [1]);
    expect((await session.run('select $1::int as one', [4])).rows).toEqual([{ one: 4 }]);
    await session.run('commit', []);
    expect(await preparedOn(session)).toEqual(['select $1::int as one']);
    session.release();
    await database.close();
  });

  test('takes a new connection for one that has prepared too many', async () => {
    const database = await openPostgres({ ...place.options, poolSize: 1 }, parts);
    const inSession = async <T>(use: (session: Awaited<ReturnType<typeof database.acquire>>) => Promise<T>) => {
      const session = await database.acquire();
      return await use(session).finally(() => session.release());
    };
    await inSession(async (session) => {
      for (let one = 0; one <= 1_000; one += 1) await session.run(`select ${one} as one where 1 = $1`, [1]);
      expect(await preparedOn(session)).toHaveLength(1_001);
    });
    expect(await inSession(preparedOn)).toEqual([]);
    await database.close();
  });

  test('goes on when a table has other columns than when a statement was prepared', async () => {
    const store = await openStore(place.options, { ...parts, migrations: {} });
    await sql`create table things (id int primary key)`.execute(store.db);
    await sql`insert into things values (1)`.execute(store.db);
    const find = (db: typeof store.db) => sql`select * from things where id = ${1}`.execute(db);
    const change = (what: string) => sql.raw(`alter table things ${what}`).execute(store.db);
    expect((await find(store.db)).rows).toEqual([{ id: 1 }]);
    await change('add column size int default 7');
    expect((await find(store.db)).rows).toEqual([{ id: 1, size: 7 }]);
    await find(store.db);
    await change('add column name text');
    const inside = await store.transaction(async (tx) => (await find(tx as never)).rows);
    await store.close();
    expect(inside).toEqual([{ id: 1, size: 7, name: null }]);
  });

  test('runs the whole transaction again after a real deadlock', async () => {
    const store = await openStore(place.options, { ...parts, migrations: {} });
    await sql`create table pairs (id int primary key, hits int)`.execute(store.db);
    await sql`insert into pairs values (1, 0), (2, 0)`.execute(store.db);
    const bothHoldOne = Promise.withResolvers<void>();
    let holding = 0;
    let runs = 0;
    const hitBoth = (first: number, second: number) =>
      store.transaction(async (tx) => {
        runs += 1;
        await sql`update pairs set hits = hits + 1 where id = ${first}`.execute(tx);
        holding += 1;
        if (holding === 2) bothHoldOne.resolve();
        await bothHoldOne.promise;
        await sql`update pairs set hits = hits + 1 where id = ${second}`.execute(tx);
      });
    await Promise.all([hitBoth(1, 2), hitBoth(2, 1)]);
    const { rows } = await sql`select hits from pairs`.execute(store.db);
    await store.close();
    expect(rows).toEqual([{ hits: 2 }, { hits: 2 }]);
    expect(runs).toBeGreaterThan(2);
  });
});
