/** What had to be said in a call by the rules of the place, and what the person said to being recorded. */
import type { Migration } from 'kysely/migration';

export const lineRules: Migration = {
  async up(db) {
    await db.schema
      .alterTable('calls')
      .addColumn('line_rules', 'jsonb')
      .addColumn('recording_consent', 'jsonb')
      .execute();
  },
};
