/** The first tables: calls with their log, events and turns; do-not-call; idempotency keys; the account's pace. */
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

async function createCalls(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('calls')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('client_id', 'text')
    .addColumn('dialect', 'text', (column) => column.notNull())
    .addColumn('direction', 'text', (column) => column.notNull())
    .addColumn('to_number', 'text', (column) => column.notNull())
    .addColumn('from_number', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('lifecycle', 'jsonb', (column) => column.notNull())
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('carrier', 'text', (column) => column.notNull())
    .addColumn('carrier_sid', 'text', (column) => column.unique())
    .addColumn('assistant', 'jsonb', (column) => column.notNull())
    // Not jsonb, which sorts the names: the assistant is told them in the order in which they were given.
    .addColumn('parameters', 'json', (column) => column.notNull())
    .addColumn('request_id', 'text')
    .addColumn('instructions', 'jsonb')
    .addColumn('sessions_offered', 'integer', (column) => column.notNull())
    .addColumn('sessions_opened', 'integer', (column) => column.notNull())
    .addColumn('session_expires_at', 'timestamptz')
    .addColumn('created_at', 'timestamptz', (column) => column.notNull())
    .addColumn('dialing_at', 'timestamptz')
    .addColumn('ringing_at', 'timestamptz')
    .addColumn('answered_at', 'timestamptz')
    .addColumn('ended_at', 'timestamptz')
    .addColumn('duration_seconds', 'integer')
    .addColumn('outcome', 'text')
    .addColumn('ended_reason', 'text')
    .addColumn('ended_by', 'text')
    .addColumn('fault', 'text')
    .addColumn('error_code', 'text')
    .addColumn('error_message', 'text')
    .addColumn('check_at', 'timestamptz')
    .execute();
  await db.schema.createIndex('calls_newest').on('calls').columns(['created_at desc', 'id desc']).execute();
  await db.schema.createIndex('calls_to').on('calls').columns(['to_number', 'created_at desc']).execute();
  await sql`create index calls_to_check on calls (check_at) where check_at is not null`.execute(db);
}

async function createRecordsOfCalls(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('call_log')
    .addColumn('call_id', 'text', (column) => column.notNull().references('calls.id').onDelete('cascade'))
    .addColumn('seq', 'integer', (column) => column.notNull())
    .addColumn('at', 'timestamptz', (column) => column.notNull())
    .addColumn('machine', 'text', (column) => column.notNull())
    .addColumn('event', 'jsonb', (column) => column.notNull())
    .addColumn('effects', 'jsonb', (column) => column.notNull())
    .addPrimaryKeyConstraint('call_log_key', ['call_id', 'machine', 'seq'])
    .execute();
  await db.schema
    .createTable('events')
    .addColumn('position', 'bigint', (column) => column.primaryKey().generatedAlwaysAsIdentity())
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('call_id', 'text', (column) => column.notNull().references('calls.id').onDelete('cascade'))
    .addColumn('client_id', 'text')
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('at', 'timestamptz', (column) => column.notNull())
    .addColumn('data', 'jsonb', (column) => column.notNull())
    .addUniqueConstraint('events_once', ['call_id', 'key'])
    .execute();
  await db.schema
    .createTable('turns')
    .addColumn('call_id', 'text', (column) => column.notNull().references('calls.id').onDelete('cascade'))
    .addColumn('index', 'integer', (column) => column.notNull())
    .addColumn('speaker', 'text', (column) => column.notNull())
    .addColumn('text', 'text', (column) => column.notNull())
    .addColumn('heard_text', 'text')
    .addColumn('heard_source', 'text', (column) => column.notNull())
    .addColumn('interrupted', 'boolean', (column) => column.notNull())
    .addColumn('started_at', 'timestamptz', (column) => column.notNull())
    .addColumn('ended_at', 'timestamptz')
    .addColumn('reply_ms', 'integer')
    .addPrimaryKeyConstraint('turns_key', ['call_id', 'index'])
    .execute();
}

async function createRules(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('do_not_call')
    .addColumn('client_id', 'text', (column) => column.notNull())
    .addColumn('number', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('call_id', 'text')
    .addColumn('created_at', 'timestamptz', (column) => column.notNull())
    .addPrimaryKeyConstraint('do_not_call_key', ['client_id', 'number'])
    .execute();
  await db.schema
    .createTable('idempotency_keys')
    .addColumn('scope', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('request_hash', 'text', (column) => column.notNull())
    .addColumn('response_status', 'integer')
    .addColumn('response_body', 'text')
    .addColumn('response_type', 'text')
    .addColumn('created_at', 'timestamptz', (column) => column.notNull())
    .addPrimaryKeyConstraint('idempotency_keys_key', ['scope', 'key'])
    .execute();
  await db.schema
    .createTable('pace')
    .addColumn('account', 'text', (column) => column.primaryKey())
    .addColumn('next_at', 'timestamptz', (column) => column.notNull())
    .execute();
}

export const calls: Migration = {
  async up(db) {
    await createCalls(db);
    await createRecordsOfCalls(db);
    await createRules(db);
  },
};
