/** Who is asked when somebody calls a number. */
import type { Migration } from 'kysely/migration';

export const inboundWebhooks: Migration = {
  async up(db) {
    await db.schema.alterTable('phone_numbers').addColumn('inbound_webhook', 'jsonb').execute();
  },
};
