/** The tables of what assistants know and ask beside their definitions, and of wishes to be forgotten, as the queries see them. */
import type { Moment, MomentOrNull } from './table-columns.ts';

export interface DocumentsTable {
  id: string;
  client_id: string | null;
  assistant_id: number;
  title: string;
  text: string;
  /** By which rules of Postgres its words were brought to their stems. */
  language: string;
  created_at: Moment;
}

/** A piece of a document that is found as a whole. */
export interface PassagesTable {
  document_id: string;
  /** Counts within the document, from 1. */
  number: number;
  /** The headings above it, outermost first. */
  headings: string[];
  text: string;
  /** Its stems, those of title and headings first; Postgres alone reads them. */
  words: string;
}

/** What an MCP server is asked with. */
export interface McpSecretsTable {
  assistant_id: number;
  /** Its name among the tools of the assistant. */
  server: string;
  client_id: string | null;
  secret: string;
  /** Where it may be sent to. */
  origin: string;
  set_at: Moment;
}

/** A person who wants to be forgotten. */
export interface ErasuresTable {
  id: string;
  /** Of whose calls; null: of everyone's. */
  client_id: string | null;
  /** E.164; `erased` once all is done. */
  number: string;
  asked_at: Moment;
  done_at: MomentOrNull;
}
