/** Why a call was or was not dialled, and the person's own time zone where it was given. */
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export const dialPolicy: Migration = {
  async up(db) {
    await db.schema
      .alterTable('calls')
      .addColumn('policy_decision', 'jsonb')
      .addColumn('recipient_timezone', 'text')
      .execute();
    await sql`create index calls_dialed on calls (to_number, dialing_at desc) where dialing_at is not null`.execute(db);
  },
};
