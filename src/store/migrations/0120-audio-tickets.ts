/** Rights to listen in on a call, each good once and for a minute. */
import type { Migration } from 'kysely/migration';

export const audioTickets: Migration = {
  async up(db) {
    await db.schema
      .createTable('audio_tickets')
      .addColumn('token_hash', 'text', (column) => column.primaryKey())
      .addColumn('call_id', 'text', (column) => column.notNull().references('calls.id').onDelete('cascade'))
      .addColumn('client_id', 'text')
      .addColumn('actor_kind', 'text', (column) => column.notNull())
      .addColumn('actor_id', 'text', (column) => column.notNull())
      .addColumn('may_speak', 'boolean', (column) => column.notNull())
      .addColumn('expires_at', 'timestamptz', (column) => column.notNull())
      .addColumn('used_at', 'timestamptz')
      .execute();
    await db.schema.createIndex('audio_tickets_expire').on('audio_tickets').column('expires_at').execute();
    await db.schema.createIndex('audio_tickets_call').on('audio_tickets').column('call_id').execute();
  },
};
