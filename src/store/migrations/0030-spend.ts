/** What things cost, what calls use of them, what is reserved and settled for each, and how much of every cap that takes. */
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

async function createPrices(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('prices')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('vendor', 'text', (column) => column.notNull())
    .addColumn('item', 'text', (column) => column.notNull())
    .addColumn('model', 'text')
    .addColumn('prefix', 'text')
    .addColumn('countries', 'jsonb')
    .addColumn('number_kind', 'text')
    .addColumn('currency', 'text', (column) => column.notNull())
    .addColumn('price_micros', 'bigint')
    .addColumn('per', 'integer', (column) => column.notNull())
    .addColumn('increment_seconds', 'integer', (column) => column.notNull())
    .addColumn('valid_from', 'timestamptz', (column) => column.notNull())
    .addColumn('valid_until', 'timestamptz')
    .addColumn('source', 'text', (column) => column.notNull())
    .addColumn('created_at', 'timestamptz', (column) => column.notNull())
    .execute();
  // Of ten thousand prefixes a call asks for the fifteen that its number begins with.
  await sql`create index prices_by_prefix on prices ((coalesce(prefix, '')))`.execute(db);
}

async function createLedger(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('call_usage')
    .addColumn('call_id', 'text', (column) => column.notNull().references('calls.id').onDelete('cascade'))
    .addColumn('vendor', 'text', (column) => column.notNull())
    .addColumn('item', 'text', (column) => column.notNull())
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('quantity', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('call_usage_key', ['call_id', 'vendor', 'item', 'model'])
    .execute();
  await db.schema
    .createTable('call_costs')
    .addColumn('call_id', 'text', (column) => column.primaryKey().references('calls.id').onDelete('cascade'))
    .addColumn('client_id', 'text')
    .addColumn('campaign_id', 'text')
    .addColumn('currency', 'text', (column) => column.notNull())
    .addColumn('day', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('reserved_micros', 'bigint', (column) => column.notNull())
    .addColumn('settled_micros', 'bigint', (column) => column.notNull())
    .addColumn('cost', 'jsonb')
    .addColumn('total_micros', 'bigint')
    .addColumn('check_at', 'timestamptz')
    .addColumn('tries', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('created_at', 'timestamptz', (column) => column.notNull())
    .execute();
  await sql`create index call_costs_to_check on call_costs (check_at) where check_at is not null`.execute(db);
  // Rows are only ever added; what a call was deleted for does not unspend its money.
  await db.schema
    .createTable('spend_entries')
    .addColumn('position', 'bigint', (column) => column.primaryKey().generatedAlwaysAsIdentity())
    .addColumn('call_id', 'text', (column) => column.notNull())
    .addColumn('client_id', 'text')
    .addColumn('campaign_id', 'text')
    .addColumn('day', 'text', (column) => column.notNull())
    .addColumn('currency', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('reserved_micros', 'bigint', (column) => column.notNull())
    .addColumn('settled_micros', 'bigint', (column) => column.notNull())
    .addColumn('at', 'timestamptz', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('spend_entries_of_call').on('spend_entries').column('call_id').execute();
}

async function createTotals(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('spend_totals')
    .addColumn('scope', 'text', (column) => column.notNull())
    .addColumn('period', 'text', (column) => column.notNull())
    .addColumn('currency', 'text', (column) => column.notNull())
    .addColumn('reserved_micros', 'bigint', (column) => column.notNull())
    .addColumn('settled_micros', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('spend_totals_key', ['scope', 'period', 'currency'])
    .execute();
}

export const spend: Migration = {
  async up(db) {
    await createPrices(db);
    await createLedger(db);
    await createTotals(db);
  },
};
