/** The servers that share this database, and when each was last alive. */
import type { Migration } from 'kysely/migration';

export const nodes: Migration = {
  async up(db) {
    await db.schema
      .createTable('nodes')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('host', 'text', (column) => column.notNull())
      .addColumn('started_at', 'timestamptz', (column) => column.notNull())
      .addColumn('seen_at', 'timestamptz', (column) => column.notNull())
      .addColumn('stopped_at', 'timestamptz')
      .execute();
  },
};
