/** What stands in the database once nothing changes it by itself any more, so that a test can tell whether a request did. */
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { until } from '../../src/call/testing/open-room.ts';
import type { Db } from '../../src/store/schema.ts';

/**
 * A fingerprint of the rows of every table, when calls ring, none is about to be looked after, and those that are over were analyzed and counted
 * and have their recordings; only the sign of life of a node is left out.
 */
export async function rowsAtRest(db: Db): Promise<Record<string, string>> {
  await until(() => isAtRest(db));
  const tables = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = 'public' order by 1`.execute(db);
  const fingerprints: Record<string, string> = {};
  for (const { name } of tables.rows) {
    const { rows } = await sql<{
      row: string;
    }>`select (to_jsonb(t) - 'seen_at')::text as row from ${sql.table(name)} t order by 1`.execute(db);
    const text = rows.map(({ row }) => row).join('\n');
    fingerprints[name] = createHash('sha256').update(text).digest('hex');
  }
  return fingerprints;
}

async function isAtRest(db: Db): Promise<boolean> {
  const { rows } = await sql<{ pending: number }>`select
    (select count(*) from calls where status in ('queued', 'dialing')) +
    (select count(*) from calls where due_at is null and check_at between now() - interval '5 s' and now() + interval '5 s') +
    (select count(*) from call_analyses where due_at is not null) +
    (select count(*) from call_costs where check_at is not null and tries = 0) +
    (select count(*) from recordings where status in ('announced', 'fetching')) as pending`.execute(db);
  return Number(rows[0]?.pending) === 0;
}
