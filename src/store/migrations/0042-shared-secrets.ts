/** The secrets that all nodes use. */
import type { Migration } from 'kysely/migration';

export const sharedSecrets: Migration = {
  async up(db) {
    await db.schema
      .createTable('shared_secrets')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('value', 'text', (column) => column.notNull())
      .addColumn('updated_at', 'timestamptz', (column) => column.notNull())
      .execute();
  },
};
