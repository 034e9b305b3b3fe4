/** Every tool that an assistant asked for in a call, and what came of it. */
import type { Migration } from 'kysely/migration';

export const toolCalls: Migration = {
  async up(db) {
    await db.schema
      .createTable('tool_calls')
      .addColumn('call_id', 'text', (column) => column.notNull().references('calls.id').onDelete('cascade'))
      .addColumn('number', 'integer', (column) => column.notNull())
      .addColumn('request', 'integer', (column) => column.notNull())
      .addColumn('turn_index', 'integer', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('arguments', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('result', 'text')
      .addColumn('asked_at', 'timestamptz', (column) => column.notNull())
      .addColumn('ended_at', 'timestamptz')
      .addPrimaryKeyConstraint('tool_calls_key', ['call_id', 'number'])
      .execute();
  },
};
