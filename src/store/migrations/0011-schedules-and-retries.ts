/** When a call is to be dialled, and whether it is tried again. */
import type { Migration } from 'kysely/migration';

export const schedulesAndRetries: Migration = {
  async up(db) {
    await db.schema
      .alterTable('calls')
      .addColumn('schedule', 'jsonb')
      .addColumn('retry', 'jsonb')
      .addColumn('next_attempt_call_id', 'text')
      .execute();
  },
};
