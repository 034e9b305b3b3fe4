/** Who picked up, and what became of the message for a mailbox. */
import type { Migration } from 'kysely/migration';

export const whoPickedUp: Migration = {
  async up(db) {
    await db.schema
      .alterTable('calls')
      .addColumn('answered_by', 'text')
      .addColumn('voicemail_message', 'text')
      .execute();
  },
};
