/** Which calls were dialled lately is asked before each dial. */
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export const dialedLately: Migration = {
  async up(db) {
    await sql`create index calls_dialed_lately on calls (dialing_at) where dialing_at is not null`.execute(db);
  },
};
