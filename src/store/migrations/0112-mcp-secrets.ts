/** What MCP servers of assistants are asked with. */
import type { Migration } from 'kysely/migration';

export const mcpSecrets: Migration = {
  async up(db) {
    await db.schema
      .createTable('mcp_secrets')
      .addColumn('assistant_id', 'integer', (column) =>
        column.notNull().references('assistants.id').onDelete('cascade'),
      )
      .addColumn('server', 'text', (column) => column.notNull())
      .addColumn('client_id', 'text')
      .addColumn('secret', 'text', (column) => column.notNull())
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('set_at', 'timestamptz', (column) => column.notNull())
      .addPrimaryKeyConstraint('mcp_secrets_once', ['assistant_id', 'server'])
      .execute();
  },
};
