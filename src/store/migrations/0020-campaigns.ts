/** Campaigns, and the people whom each of them calls. */
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

async function createCampaigns(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('campaigns')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('client_id', 'text')
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('settings', 'jsonb', (column) => column.notNull())
    .addColumn('assistant_id', 'integer')
    .addColumn('assistant_version', 'integer')
    .addColumn('pace', 'jsonb', (column) => column.notNull())
    .addColumn('caller_ids_used', 'jsonb', (column) => column.notNull())
    .addColumn('halt', 'jsonb')
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('next_tick_at', 'timestamptz')
    .addColumn('created_at', 'timestamptz', (column) => column.notNull())
    .addColumn('updated_at', 'timestamptz', (column) => column.notNull())
    .addColumn('started_at', 'timestamptz')
    .addColumn('ended_at', 'timestamptz')
    .execute();
  await sql`create index campaigns_to_tick on campaigns (next_tick_at) where next_tick_at is not null`.execute(db);
}

async function createContacts(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('contacts')
    .addColumn('position', 'bigint', (column) => column.primaryKey().generatedAlwaysAsIdentity())
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('campaign_id', 'text', (column) => column.notNull().references('campaigns.id').onDelete('cascade'))
    .addColumn('client_id', 'text')
    .addColumn('number', 'text', (column) => column.notNull())
    .addColumn('name', 'text')
    .addColumn('timezone', 'text')
    // Not jsonb, which sorts the names: the assistant is told them in the order in which they were given.
    .addColumn('variables', 'json', (column) => column.notNull())
    .addColumn('line', 'integer')
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('deferrals', 'integer', (column) => column.notNull())
    .addColumn('outcome', 'text')
    .addColumn('code', 'text')
    .addColumn('first_call_id', 'text')
    .addColumn('last_call_id', 'text')
    .addColumn('from_number', 'text')
    .addColumn('due_at', 'timestamptz', (column) => column.notNull())
    .addColumn('created_at', 'timestamptz', (column) => column.notNull())
    .addColumn('updated_at', 'timestamptz', (column) => column.notNull())
    .addUniqueConstraint('contacts_once', ['campaign_id', 'number'])
    .execute();
  await db.schema.createIndex('contacts_in_order').on('contacts').columns(['campaign_id', 'position']).execute();
  await db.schema
    .createIndex('contacts_by_state')
    .on('contacts')
    .columns(['campaign_id', 'state', 'outcome'])
    .execute();
  await sql`create index contacts_due on contacts (campaign_id, due_at, position) where state = 'waiting'`.execute(db);
  await sql`create index contacts_on_the_line on contacts (campaign_id) where state = 'calling'`.execute(db);
}

export const campaigns: Migration = {
  async up(db) {
    await createCampaigns(db);
    await createContacts(db);
    await sql`
      create index calls_ended_of_campaign on calls (campaign_id, ended_at desc)
      where campaign_id is not null and ended_at is not null`.execute(db);
  },
};
