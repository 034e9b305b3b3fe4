/** Who a call is or was handed over to. */
import type { Migration } from 'kysely/migration';

export const transfers: Migration = {
  async up(db) {
    await db.schema.alterTable('calls').addColumn('transfer', 'jsonb').execute();
  },
};
