/** The tables of servers that share a database, and of what the outside is told by them. */
import type { ColumnType, Generated } from 'kysely';
import type { Json, JsonOrNull, Moment, MomentOrNull } from './table-columns.ts';

/** A server on this database. */
export interface NodesTable {
  id: string;
  /** The machine's name, for people. */
  host: string;
  started_at: Moment;
  /** When it last said that it lives. */
  seen_at: Moment;
  /** When it stopped by itself; null while it runs, or when it was killed. */
  stopped_at: MomentOrNull;
}

/** Where somebody wants to be told of events. */
export interface WebhooksTable {
  id: string;
  /** Null: the operator's own, which hears of every client. */
  client_id: string | null;
  url: string;
  description: string | null;
  /** Types, or all of an area as `call.*`; null: every type. */
  event_types: JsonOrNull<string[]>;
  is_enabled: boolean;
  /** asked, failing or gone; null while it is enabled. */
  disabled_reason: string | null;
  secret: string;
  /** The one before, with which messages are signed too until then. */
  previous_secret: string | null;
  previous_secret_until: MomentOrNull;
  /** Since when nothing got through; null when the last try did. */
  failing_since: MomentOrNull;
  created_at: Moment;
  updated_at: Moment;
}

/** A call as it was when something happened that somebody is told of. */
export interface WebhookMessagesTable {
  event_id: string;
  call: Json<Record<string, unknown>>;
}

/** One event on its way to one webhook. */
export interface WebhookDeliveriesTable {
  webhook_id: string;
  event_id: string;
  event_type: string;
  /** Of the event. */
  position: number;
  /** waiting, delivered, failed or canceled. */
  status: string;
  /** How many tries there were since it was asked for, and how often it was claimed for one. */
  tries: Generated<number>;
  claims: Generated<number>;
  /** Null when it is finished; while it is being tried, when others may take it over. */
  next_try_at: MomentOrNull;
  /** The last tries, oldest first. */
  log: ColumnType<WebhookTry[], string | undefined, string>;
  created_at: Moment;
  finished_at: MomentOrNull;
}

export interface WebhookTry {
  at: string;
  duration_ms: number;
  /** Null when there was no answer. */
  status: number | null;
  error: string | null;
  /** The beginning of the answer. */
  answer: string;
}

/** A secret that all nodes use. */
export interface SharedSecretsTable {
  name: string;
  value: string;
  updated_at: Moment;
}
