/** What assistants look up: documents, and the passages of them that are found by their words. */
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export const documents: Migration = {
  async up(db) {
    await db.schema
      .createTable('documents')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('client_id', 'text')
      .addColumn('assistant_id', 'integer', (column) =>
        column.notNull().references('assistants.id').onDelete('cascade'),
      )
      .addColumn('title', 'text', (column) => column.notNull())
      .addColumn('text', 'text', (column) => column.notNull())
      .addColumn('language', 'text', (column) => column.notNull())
      .addColumn('created_at', 'timestamptz', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('passages')
      .addColumn('document_id', 'text', (column) => column.notNull().references('documents.id').onDelete('cascade'))
      .addColumn('number', 'integer', (column) => column.notNull())
      .addColumn('headings', sql`text[]`, (column) => column.notNull())
      .addColumn('text', 'text', (column) => column.notNull())
      .addColumn('words', sql`tsvector`, (column) => column.notNull())
      .addPrimaryKeyConstraint('passages_once', ['document_id', 'number'])
      .execute();
    await sql`create index documents_of_assistant on documents (assistant_id, id)`.execute(db);
    await sql`create index passages_words on passages using gin (words)`.execute(db);
  },
};
