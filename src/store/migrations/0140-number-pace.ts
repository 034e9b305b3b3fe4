/** How many calls a number of ours may make, in a minute and at once, and when each may make its next. */
import type { Migration } from 'kysely/migration';

export const numberPace: Migration = {
  async up(db) {
    await db.schema
      .alterTable('phone_numbers')
      .addColumn('calls_per_minute', 'integer')
      .addColumn('concurrent_calls', 'integer')
      .execute();
    await db.schema
      .createTable('number_paces')
      .addColumn('number', 'text', (column) => column.primaryKey())
      .addColumn('next_at', 'timestamptz', (column) => column.notNull())
      .execute();
  },
};
