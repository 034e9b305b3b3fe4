/** The tables of campaigns as the queries see them. */
import type { Generated } from 'kysely';
import type { Json, JsonOrNull, Moment, MomentOrNull } from './table-columns.ts';

export interface CampaignsTable {
  id: string;
  client_id: string | null;
  name: string;
  /** draft, running, paused, halted, canceled or completed. */
  status: string;
  settings: Json;
  assistant_id: number | null;
  /** Its calls are made with this version, from the moment it was started or resumed. */
  assistant_version: number | null;
  /** The pacing machine's state. */
  pace: Json;
  /** The numbers it called from, each with its place in the order of their last use. */
  caller_ids_used: Json<Record<string, number>>;
  /** Why the server stopped it, while it is halted. */
  halt: JsonOrNull<{ code: string; message: string }>;
  /** Counts its changes of status. */
  revision: number;
  /** When somebody must look at it again at the latest; null while there is nothing to do. */
  next_tick_at: MomentOrNull;
  created_at: Moment;
  updated_at: Moment;
  started_at: MomentOrNull;
  ended_at: MomentOrNull;
}

/** Somebody whom a campaign calls. */
export interface ContactsTable {
  position: Generated<number>;
  id: string;
  campaign_id: string;
  client_id: string | null;
  /** E.164. */
  number: string;
  name: string | null;
  /** The person's own zone, where it was given. */
  timezone: string | null;
  variables: Json<Record<string, unknown>>;
  /** In the file or list that it came in. */
  line: number | null;
  /** waiting, calling, done, failed, skipped or canceled. */
  state: string;
  /** Calls that were dialled for it. */
  attempts: number;
  /** How often a rule said "later". */
  deferrals: number;
  /** Of its last call. */
  outcome: string | null;
  /** Why it was skipped or has failed. */
  code: string | null;
  first_call_id: string | null;
  last_call_id: string | null;
  /** The caller id it was called from, which a retry keeps. */
  from_number: string | null;
  /** Not called before, while it waits. */
  due_at: Moment;
  created_at: Moment;
  updated_at: Moment;
}
