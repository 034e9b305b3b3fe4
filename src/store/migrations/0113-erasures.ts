/** What is erased of people: at whose wish, and what of which call is gone. */
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export const erasures: Migration = {
  async up(db) {
    await db.schema
      .createTable('erasures')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('client_id', 'text')
      .addColumn('number', 'text', (column) => column.notNull())
      .addColumn('asked_at', 'timestamptz', (column) => column.notNull())
      .addColumn('done_at', 'timestamptz')
      .execute();
    await sql`create index erasures_open on erasures (asked_at) where done_at is null`.execute(db);
    await db.schema
      .alterTable('calls')
      .addColumn('words_erased_at', 'timestamptz')
      .addColumn('person_erased_at', 'timestamptz')
      .execute();
    await sql`create index calls_with_words on calls (ended_at) where words_erased_at is null`.execute(db);
  },
};
