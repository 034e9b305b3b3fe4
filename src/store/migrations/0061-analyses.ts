/** What was found out of a call once it was over, and who still has to find it out. */
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export const analyses: Migration = {
  async up(db) {
    await db.schema
      .createTable('call_analyses')
      .addColumn('call_id', 'text', (column) => column.primaryKey().references('calls.id').onDelete('cascade'))
      .addColumn('client_id', 'text')
      .addColumn('analysis', 'jsonb')
      .addColumn('tries', 'integer', (column) => column.notNull())
      .addColumn('due_at', 'timestamptz')
      .addColumn('analyzed_at', 'timestamptz')
      .execute();
    await sql`create index call_analyses_due on call_analyses (due_at) where due_at is not null`.execute(db);
  },
};
