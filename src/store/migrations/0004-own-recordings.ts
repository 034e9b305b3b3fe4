/** Recordings that are made here, which the carrier has no name for. */
import type { Migration } from 'kysely/migration';

export const ownRecordings: Migration = {
  async up(db) {
    await db.schema
      .alterTable('recordings')
      .addColumn('source', 'text', (column) => column.notNull().defaultTo('carrier'))
      .execute();
    await db.schema
      .alterTable('recordings')
      .alterColumn('carrier_sid', (column) => column.dropNotNull())
      .execute();
  },
};
