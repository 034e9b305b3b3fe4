/** One row of calls is one attempt, perhaps of a campaign, perhaps for later; and events need not be of a call. */
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export const attempts: Migration = {
  async up(db) {
    await db.schema
      .alterTable('calls')
      .addColumn('campaign_id', 'text')
      .addColumn('contact_id', 'text')
      .addColumn('not_before', 'timestamptz')
      .addColumn('not_after', 'timestamptz')
      .addColumn('attempt', 'integer', (column) => column.notNull().defaultTo(1))
      .addColumn('retry_of', 'text', (column) => column.references('calls.id').onDelete('set null'))
      .addColumn('node_id', 'text')
      .execute();
    await sql`create index calls_retries on calls (retry_of, attempt) where retry_of is not null`.execute(db);
    await sql`create index calls_of_campaign on calls (campaign_id, created_at desc) where campaign_id is not null`.execute(
      db,
    );
    await sql`alter table events alter column call_id drop not null`.execute(db);
    await sql`create unique index events_once_without_call on events (key) where call_id is null`.execute(db);
  },
};
