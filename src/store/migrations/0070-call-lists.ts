/** Lists of calls that are narrowed by status, outcome or assistant, newest first, page by page. */
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export const callLists: Migration = {
  async up(db) {
    for (const column of ['status', 'outcome', 'assistant_id']) {
      const name = sql.id(`calls_newest_by_${column}`);
      await sql`create index ${name} on calls (${sql.id(column)}, created_at desc, id desc)`.execute(db);
    }
  },
};
