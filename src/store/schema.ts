/** The tables as the queries see them; migrations/ makes them. Times are timestamptz, money is integer micro-units. */
import type { Generated, Kysely } from 'kysely';
import type { DocumentsTable, ErasuresTable, McpSecretsTable, PassagesTable } from './assistant-tables.ts';
import type { AudioTicketsTable } from './audio-ticket-table.ts';
import type { CampaignsTable, ContactsTable } from './campaign-tables.ts';
import type {
  NodesTable,
  SharedSecretsTable,
  WebhookDeliveriesTable,
  WebhookMessagesTable,
  WebhooksTable,
} from './node-tables.ts';
import type { NumberPacesTable, PaceTable } from './pace-tables.ts';
import type {
  CallCostsTable,
  CallUsageTable,
  PricesTable,
  SpendEntriesTable,
  SpendTotalsTable,
} from './spend-tables.ts';
import type { Json, JsonOrNull, Moment, MomentOrNull } from './table-columns.ts';

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
  /** What the carrier is told at dialling to do once the call is answered; null for inbound calls. */
  instructions: Json | null;
  /** `relay`: the carrier hears and speaks; `media`: it sends us the sound. */
  engine: Generated<string>;
  /** The assistant it was asked for with, where it is one of the stored ones, and its version then. */
  assistant_id: number | null;
  assistant_version: number | null;
  /** A number of the client's own, for its own tracking. */
  verification: number | null;
  welcome_message: string | null;
  agenda: string | null;
  /** The client's own notes, kept and given back. */
  metadata: JsonOrNull;
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
  /** Whether it might be dialled, and by which rules, as of the moment it was; null until then and for inbound calls. */
  policy_decision: JsonOrNull;
  /** The person's own time zone, where whoever asked knew it. */
  recipient_timezone: string | null;
  /** The campaign and the contact it is for, where it is of one. */
  campaign_id: string | null;
  contact_id: string | null;
  /** It is not dialled before or after. */
  not_before: MomentOrNull;
  not_after: MomentOrNull;
  /** 1 for the first attempt at a wish to talk; a retry is a call of its own. */
  attempt: Generated<number>;
  /** The first attempt, for one that is not. */
  retry_of: string | null;
  /** The node that has something of it in memory: who waits for it, its request to the carrier, its conversation. */
  node_id: string | null;
  /** When it may be dialled; null unless it waits for that. Whatever is not over and does not wait holds a line. */
  due_at: MomentOrNull;
  /** Of two calls that may be dialled, the higher comes first. */
  priority: Generated<number>;
  /** At which times of the week it may be dialled, and by whose clock; null: at any. */
  schedule: JsonOrNull;
  /** After which outcomes it is tried again; null: it is not. */
  retry: JsonOrNull;
  /** The attempt that follows this one. */
  next_attempt_call_id: string | null;
  /** The number that it rings or may ring; no two calls have the same. */
  fence: string | null;
  /** Who picked up, as far as it was found out: person, voicemail, menu, screener, fax or nobody. */
  answered_by: string | null;
  /** What became of the message for a mailbox: started, left or cut_off; null when none was begun. */
  voicemail_message: string | null;
  /** Who it is or was handed over to; null where nobody wanted that. */
  transfer: JsonOrNull;
  /** What had to be said by the rules of where the person is, with their sources; null where nothing had to. */
  line_rules: JsonOrNull;
  /** Whether the person lets it be recorded; null where nothing is, or nobody had to be told. */
  recording_consent: JsonOrNull;
  /** The call in which the person asked for this one, and what it is about, where it is a call back. */
  call_back_of: string | null;
  call_back_reason: string | null;
  /** The call back that the person asked for in this call. */
  call_back_call_id: string | null;
  /** Since when what was said in it, and whose it was, is gone. */
  words_erased_at: MomentOrNull;
  person_erased_at: MomentOrNull;
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

/** What happened, for the outside: one row for each (call, key), or each key where it is not of a call, in the order of `position`. */
export interface EventsTable {
  position: Generated<number>;
  /** The transaction that added it: those below the oldest one still open are complete. */
  seen_by: Generated<string>;
  id: string;
  call_id: string | null;
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
  /** The steps of the answer in ms since the person's last sound, where the sound is ours to measure. */
  latency: JsonOrNull<Record<string, number | null>>;
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

/** The database, or a transaction on it. */
export type Db = Kysely<Database>;

export interface ClientsTable {
  id: string;
  name: string;
  /** Active, Inactive or Suspended. */
  status: string;
  /** Its caller id. */
  twilio_phone_number: string | null;
  elevenlabs_agent_id: string | null;
  /** Dynamic variables of its agent. */
  profile: Json<Record<string, unknown>>;
  limits: Json<Record<string, unknown>>;
  created_at: Moment;
  updated_at: Moment;
  /** From then on it is nobody's client any more; the row stays for its calls. */
  removed_at: MomentOrNull;
}

export interface UsersTable {
  id: string;
  /** Null for the operator's own people. */
  client_id: string | null;
  /** In lower case. */
  email: string;
  name: string;
  password_hash: string;
  role: string;
  is_active: boolean;
  /** Tokens made for an older version are no longer good. */
  token_version: number;
  created_at: Moment;
  updated_at: Moment;
}

export interface LoginSessionsTable {
  id: string;
  user_id: string;
  /** SHA-256 of the refresh token that is good now. */
  refresh_hash: string;
  created_at: Moment;
  expires_at: Moment;
  ended_at: MomentOrNull;
}

/** Failed logins, by account and by address. */
export interface LoginAttemptsTable {
  key: string;
  at: Moment;
}

export interface ApiKeysTable {
  id: string;
  client_id: string | null;
  name: string;
  /** The part that is shown and looked up. */
  prefix: string;
  /** SHA-256 of the whole key. */
  secret_hash: string;
  role: string;
  /** Null: all that the role may. */
  permissions: JsonOrNull<string[]>;
  created_by: string | null;
  created_at: Moment;
  last_used_at: MomentOrNull;
  expires_at: MomentOrNull;
  revoked_at: MomentOrNull;
}

/** Who did what; rows are only ever added. */
export interface AuditLogTable {
  position: Generated<number>;
  at: Moment;
  client_id: string | null;
  actor_kind: string;
  actor_id: string;
  /** For example `client.updated`. */
  action: string;
  subject_kind: string;
  subject_id: string;
  request_id: string | null;
  details: Json<Record<string, unknown>>;
}

export interface AssistantsTable {
  id: Generated<number>;
  client_id: string | null;
  name: string;
  draft: Json;
  /** Null until it was published once. */
  published_version: number | null;
  created_at: Moment;
  updated_at: Moment;
  archived_at: MomentOrNull;
}

export interface AssistantVersionsTable {
  assistant_id: number;
  version: number;
  definition: Json;
  published_at: Moment;
  published_by: string | null;
}

export interface PhoneNumbersTable {
  id: string;
  number: string;
  client_id: string | null;
  /** Who answers it. */
  assistant_id: number | null;
  /** Calls made from it, in a minute and at once; null: no limit of its own. */
  calls_per_minute: number | null;
  concurrent_calls: number | null;
  /** Who is asked while it rings, and for how long; null: nobody is. */
  inbound_webhook: JsonOrNull;
  created_at: Moment;
  updated_at: Moment;
}

export interface RecordingsTable {
  id: string;
  call_id: string;
  client_id: string | null;
  /** carrier or own. */
  source: Generated<string>;
  /** Null for one of our own. */
  carrier_sid: string | null;
  /** announced, fetching, ready, absent or failed. */
  status: string;
  duration_seconds: number | null;
  channels: number | null;
  blob_name: string | null;
  content_type: string | null;
  length: number | null;
  sha256: string | null;
  tries: number;
  next_try_at: MomentOrNull;
  created_at: Moment;
}

/** What the carrier's own transcription wrote down. */
export interface CarrierTranscriptsTable {
  call_id: string;
  sequence: number;
  speaker: string;
  text: string;
  at: Moment;
}

/** What a person agreed to; a row is never changed but for being taken back. */
export interface ConsentsTable {
  id: string;
  /** The tenant whose it is; empty for the operator. */
  client_id: string;
  number: string;
  /** calls, recording or marketing. */
  purpose: string;
  /** Who says so, and how it was given. */
  source: string;
  wording: string | null;
  call_id: string | null;
  given_at: Moment;
  expires_at: MomentOrNull;
  withdrawn_at: MomentOrNull;
  withdrawn_reason: string | null;
  withdrawn_call_id: string | null;
  created_at: Moment;
}

/** What was found out of a call that is over. */
export interface CallAnalysesTable {
  call_id: string;
  client_id: string | null;
  /** Null until it was found out. */
  analysis: JsonOrNull;
  /** How often somebody has taken it on since it was asked for. */
  tries: number;
  /** When it is to be taken on; null when it is done. */
  due_at: MomentOrNull;
  analyzed_at: MomentOrNull;
}

/** What an assistant asked to have done, numbered within its call. */
export interface ToolCallsTable {
  call_id: string;
  number: number;
  /** How many turns the person had spoken by then. */
  request: number;
  /** Where it stands among the turns: before the one of this index. */
  turn_index: number;
  /** The model's own name for it. */
  id: string;
  name: string;
  /** JSON text as the model wrote it. */
  arguments: string;
  /** confirming, running, done, failed, refused or lost. */
  state: string;
  /** What the model was told. */
  result: string | null;
  asked_at: Moment;
  ended_at: MomentOrNull;
}

export interface Database {
  audio_tickets: AudioTicketsTable;
  clients: ClientsTable;
  users: UsersTable;
  login_sessions: LoginSessionsTable;
  login_attempts: LoginAttemptsTable;
  api_keys: ApiKeysTable;
  audit_log: AuditLogTable;
  assistants: AssistantsTable;
  assistant_versions: AssistantVersionsTable;
  phone_numbers: PhoneNumbersTable;
  recordings: RecordingsTable;
  carrier_transcripts: CarrierTranscriptsTable;
  calls: CallsTable;
  call_analyses: CallAnalysesTable;
  call_log: CallLogTable;
  events: EventsTable;
  turns: TurnsTable;
  do_not_call: DoNotCallTable;
  idempotency_keys: IdempotencyKeysTable;
  pace: PaceTable;
  number_paces: NumberPacesTable;
  nodes: NodesTable;
  shared_secrets: SharedSecretsTable;
  consents: ConsentsTable;
  prices: PricesTable;
  call_usage: CallUsageTable;
  call_costs: CallCostsTable;
  spend_entries: SpendEntriesTable;
  spend_totals: SpendTotalsTable;
  campaigns: CampaignsTable;
  contacts: ContactsTable;
  webhooks: WebhooksTable;
  webhook_messages: WebhookMessagesTable;
  webhook_deliveries: WebhookDeliveriesTable;
  tool_calls: ToolCallsTable;
  documents: DocumentsTable;
  passages: PassagesTable;
  mcp_secrets: McpSecretsTable;
  erasures: ErasuresTable;
}
