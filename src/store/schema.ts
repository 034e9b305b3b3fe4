/** The tables as the queries see them; migrations/ makes them. Times are timestamptz, money is integer micro-units. */
import type { ColumnType, Generated, Kysely } from 'kysely';

/** A jsonb column: read as parsed data of an outside shape, written as JSON text. */
export type Json<T = unknown> = ColumnType<T, string, string>;
/** A timestamptz column. */
export type Moment = ColumnType<Date, Date, Date>;
export type MomentOrNull = ColumnType<Date | null, Date | null | undefined, Date | null>;

export interface CallsTable {
  id: string;
  /** The tenant; null while calls belong to the operator alone. */
  client_id: string | null;
  /** Which request form placed it: `outbound-call`, `v1`, `inbound`, … */
  dialect: string;
  direction: string;
  to_number: string;
  from_number: string;
  status: string;
  /** The lifecycle machine's state. */
  lifecycle: Json;
  /** Counts the lifecycle's steps. */
  revision: number;
  carrier: string;
  carrier_sid: string | null;
  /** The assistant as it was when the call was asked for. */
  assistant: Json;
  /** In the order in which they were given. */
  parameters: Json<Record<string, unknown>>;
  request_id: string | null;
  /** Path and query, on our public URL, where the carrier asks for instructions; null for inbound calls. */
  instructions_path: string | null;
  /** How often the carrier was told to open a media or relay socket, and how often it did: a token is good once. */
  sessions_offered: number;
  sessions_opened: number;
  /** Until when the newest offer holds. */
  session_expires_at: MomentOrNull;
  created_at: Moment;
  dialing_at: MomentOrNull;
  ringing_at: MomentOrNull;
  answered_at: MomentOrNull;
  ended_at: MomentOrNull;
  duration_seconds: number | null;
  outcome: string | null;
  ended_reason: string | null;
  ended_by: string | null;
  fault: string | null;
  error_code: string | null;
  error_message: string | null;
  /** When the sweeper must look at this call again; null once it is over. */
  check_at: MomentOrNull;
}

/** Every step of a call's machines: what came in and what was decided. */
export interface CallLogTable {
  call_id: string;
  seq: number;
  at: Moment;
  machine: string;
  event: Json;
  effects: Json;
}

/** What happened, for the outside: one row for each (call, key), in the order of `position`. */
export interface EventsTable {
  position: Generated<number>;
  id: string;
  call_id: string;
  client_id: string | null;
  type: string;
  /** Makes an event happen once for its call however often its cause is reported. */
  key: string;
  at: Moment;
  data: Json<Record<string, unknown>>;
}

/** One thing said by one side. */
export interface TurnsTable {
  call_id: string;
  index: number;
  speaker: string;
  /** What the person said, or what was generated for the assistant to say. */
  text: string;
  /** What of it was heard; null while it is being spoken or when the server died meanwhile. */
  heard_text: string | null;
  /** How `heard_text` is known: said, confirmed, estimated or unknown. */
  heard_source: string;
  interrupted: boolean;
  started_at: Moment;
  ended_at: MomentOrNull;
  /** From the end of what the person said to the first token of the reply, in ms. */
  reply_ms: number | null;
}

export interface DoNotCallTable {
  /** The tenant whose list it is; empty for everyone's. */
  client_id: string;
  number: string;
  reason: string;
  call_id: string | null;
  created_at: Moment;
}

export interface IdempotencyKeysTable {
  scope: string;
  key: string;
  request_hash: string;
  /** Null while the first request is still in flight. */
  response_status: number | null;
  response_body: string | null;
  response_type: string | null;
  created_at: Moment;
}

/** When the account may next ask the carrier for a call. */
export interface PaceTable {
  account: string;
  next_at: Moment;
}

/** The database, or a transaction on it. */
export type Db = Kysely<Database>;

export interface Database {
  calls: CallsTable;
  call_log: CallLogTable;
  events: EventsTable;
  turns: TurnsTable;
  do_not_call: DoNotCallTable;
  idempotency_keys: IdempotencyKeysTable;
  pace: PaceTable;
}
