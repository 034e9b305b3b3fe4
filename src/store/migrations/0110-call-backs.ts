/** Calls that a person asked for in another call, and the link between both. */
import type { Migration } from 'kysely/migration';

export const callBacks: Migration = {
  async up(db) {
    await db.schema
      .alterTable('calls')
      .addColumn('call_back_of', 'text')
      .addColumn('call_back_call_id', 'text')
      .addColumn('call_back_reason', 'text')
      .execute();
  },
};
