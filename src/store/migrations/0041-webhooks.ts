/** Where clients want to be told of events, and what was told there; and the order in which events became visible. */
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export const webhooks: Migration = {
  async up(db) {
    await db.schema
      .createTable('webhooks')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('client_id', 'text')
      .addColumn('url', 'text', (column) => column.notNull())
      .addColumn('description', 'text')
      .addColumn('event_types', 'jsonb')
      .addColumn('is_enabled', 'boolean', (column) => column.notNull())
      .addColumn('disabled_reason', 'text')
      .addColumn('secret', 'text', (column) => column.notNull())
      .addColumn('previous_secret', 'text')
      .addColumn('previous_secret_until', 'timestamptz')
      .addColumn('failing_since', 'timestamptz')
      .addColumn('created_at', 'timestamptz', (column) => column.notNull())
      .addColumn('updated_at', 'timestamptz', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('webhook_messages')
      .addColumn('event_id', 'text', (column) => column.primaryKey().references('events.id').onDelete('cascade'))
      .addColumn('call', 'jsonb', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('webhook_deliveries')
      .addColumn('webhook_id', 'text', (column) => column.notNull().references('webhooks.id').onDelete('cascade'))
      .addColumn('event_id', 'text', (column) => column.notNull().references('events.id').onDelete('cascade'))
      .addColumn('event_type', 'text', (column) => column.notNull())
      .addColumn('position', 'bigint', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('tries', 'integer', (column) => column.notNull().defaultTo(0))
      .addColumn('claims', 'integer', (column) => column.notNull().defaultTo(0))
      .addColumn('next_try_at', 'timestamptz')
      .addColumn('log', 'jsonb', (column) => column.notNull().defaultTo('[]'))
      .addColumn('created_at', 'timestamptz', (column) => column.notNull())
      .addColumn('finished_at', 'timestamptz')
      .addPrimaryKeyConstraint('webhook_deliveries_once', ['webhook_id', 'event_id'])
      .execute();
    await sql`create index webhook_deliveries_due on webhook_deliveries (webhook_id, next_try_at, position)
      where next_try_at is not null`.execute(db);
    await sql`create index webhook_deliveries_listed on webhook_deliveries (webhook_id, position desc)`.execute(db);
    await sql`create index webhook_deliveries_event on webhook_deliveries (event_id)`.execute(db);
    // A position is taken before its transaction is committed, so by positions alone a late one would be passed over.
    await sql`alter table events add column seen_by xid8 not null default pg_current_xact_id()`.execute(db);
    await sql`create index events_visible on events (seen_by, position)`.execute(db);
    await sql`create index events_of_client on events (client_id, seen_by, position)`.execute(db);
  },
};
