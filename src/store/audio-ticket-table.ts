/** The table of rights to listen in on calls. */
import type { Moment, MomentOrNull } from './table-columns.ts';

/** A right to listen in on a call, good once. */
export interface AudioTicketsTable {
  /** SHA-256 of the ticket. */
  token_hash: string;
  call_id: string;
  /** Of whoever asked for it: what the audit log keeps. */
  client_id: string | null;
  actor_kind: string;
  actor_id: string;
  /** Whether its holder may take the call over. */
  may_speak: boolean;
  expires_at: Moment;
  used_at: MomentOrNull;
}
