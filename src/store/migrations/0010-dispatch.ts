/** The table of calls as the queue of those that wait to be dialled, and one call at a time for each number. */
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export const dispatch: Migration = {
  async up(db) {
    await db.schema
      .alterTable('calls')
      .addColumn('due_at', 'timestamptz')
      .addColumn('priority', 'smallint', (column) => column.notNull().defaultTo(1))
      .addColumn('fence', 'text')
      .execute();
    await sql`create index calls_queue on calls (priority, due_at, id) where due_at is not null`.execute(db);
    await sql`create index calls_due on calls (due_at) where due_at is not null`.execute(db);
    await sql`create unique index calls_fence on calls (fence) where fence is not null`.execute(db);
    await sql`create index calls_on_lines on calls (client_id) where check_at is not null and due_at is null`.execute(
      db,
    );
    await db.schema.alterTable('pace').addColumn('health', 'jsonb').execute();
  },
};
