/** Keeps with each turn how long every step of the answer took. */
import type { Migration } from 'kysely/migration';

export const turnLatency: Migration = {
  async up(db) {
    await db.schema.alterTable('turns').addColumn('latency', 'jsonb').execute();
  },
};
