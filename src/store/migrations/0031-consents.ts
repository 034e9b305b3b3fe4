/** Who agreed to be called, for what, and who took it back. */
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export const consents: Migration = {
  async up(db) {
    await db.schema
      .createTable('consents')
      .addColumn('id', 'text', (column) => column.primaryKey())
      // Empty for the operator's own.
      .addColumn('client_id', 'text', (column) => column.notNull())
      .addColumn('number', 'text', (column) => column.notNull())
      .addColumn('purpose', 'text', (column) => column.notNull())
      .addColumn('source', 'text', (column) => column.notNull())
      .addColumn('wording', 'text')
      .addColumn('call_id', 'text')
      .addColumn('given_at', 'timestamptz', (column) => column.notNull())
      .addColumn('expires_at', 'timestamptz')
      .addColumn('withdrawn_at', 'timestamptz')
      .addColumn('withdrawn_reason', 'text')
      .addColumn('withdrawn_call_id', 'text')
      .addColumn('created_at', 'timestamptz', (column) => column.notNull())
      .execute();
    await sql`create unique index consents_held on consents (client_id, number, purpose) where withdrawn_at is null`.execute(
      db,
    );
    await db.schema.createIndex('consents_of_number').on('consents').columns(['number', 'client_id']).execute();
  },
};
