/** What a call can be in the course of its life, what can happen to it and what is then to be done. */

export type FinalStatus = 'completed' | 'busy' | 'no_answer' | 'failed' | 'canceled' | 'blocked';
export type CallStatus = 'scheduled' | 'queued' | 'dialing' | 'ringing' | 'in_progress' | FinalStatus;

export type EndedReason =
  | 'person_hung_up'
  | 'assistant_hung_up'
  | 'asked_not_to_be_called'
  | 'transferred'
  | 'voicemail'
  | 'message_left'
  | 'screened_out'
  | 'menu'
  | 'fax'
  | 'silence'
  | 'max_duration'
  | 'assistant_failed'
  | 'connection_failed'
  | 'server_lost'
  | 'server_stopped'
  | 'hung_up_by_request'
  | 'canceled'
  | 'campaign_stopped'
  | 'busy'
  | 'no_answer'
  | 'carrier_refused'
  | 'carrier_failed'
  | 'carrier_lost'
  | 'never_placed'
  /** A call of ours may be at the carrier, and cannot be told from others. */
  | 'carrier_unclear'
  | 'forbidden'
  | 'expired'
  | 'unknown';

export type EndedBy = 'person' | 'assistant' | 'carrier' | 'request' | 'server';
export type Fault = 'carrier' | 'provider' | 'server' | null;

/** Why and by whom a call was ended, as far as is known before the carrier confirms it. */
export interface Ending {
  reason: EndedReason;
  by: EndedBy;
  fault: Fault;
}

export interface Limits {
  ringSeconds: number;
  maxDurationSeconds: number;
}

/** Every state but the last carries the moment at which somebody must look whether the call is stuck. */
export interface Live {
  limits: Limits;
  checkAtMs: number;
}

/** What is remembered of the wait, in case the carrier surely did not take the request up. */
export interface Sent {
  place: Place;
  tries: number;
  sentAtMs: number;
  cancelWanted: boolean;
}

/** Where a call stands that is not dialled yet. */
export interface Place {
  /** `request`: somebody waits for the answer; `schedule`: it is for later; `queue`: its time has come. */
  kind: 'request' | 'schedule' | 'queue';
  /** When it may be dialled; of those that may, whoever waits longest is next. */
  dueAtMs: number;
  /** After that it is not dialled; null: whoever asked named no end. */
  notAfterMs: number | null;
}

export type Lifecycle =
  /** `tries`: how many requests for it the carrier has surely not taken up. */
  | (Live & { phase: 'accepted'; place: Place; tries: number })
  /** The request to the carrier is under way: a phone may already ring. */
  | (Live & Sent & { phase: 'sending' })
  /** No clear answer came: never dialled again, only looked for. */
  | (Live & Sent & { phase: 'unknown'; lookUps: number })
  | (Live & { phase: 'placed'; carrierSid: string; ringing: boolean; placedAtMs: number; ending: Ending | null })
  | (Live & {
      phase: 'answered';
      carrierSid: string;
      answeredAtMs: number;
      /** `transferring`: a colleague is called; `transferred`: the person talks to them. `broken`: the line to the carrier failed; `lost`: the server stopped while the session was open. */
      session: 'awaited' | 'open' | 'closed' | 'broken' | 'lost' | 'transferring' | 'transferred';
      ending: Ending | null;
    })
  | { phase: 'over'; carrierSid: string | null; status: FinalStatus; ending: Ending };

export type CarrierFinal = 'completed' | 'busy' | 'no_answer' | 'failed' | 'canceled';
export type CarrierReport = 'queued' | 'initiated' | 'ringing' | 'in_progress' | CarrierFinal;

export type LifecycleEvent = { atMs: number } & (
  | { type: 'dial' }
  /** A scheduled call's time has come, and it could not be dialled at once. */
  | { type: 'due' }
  /** Not now, but it may be dialled then. */
  | { type: 'postponed'; dueAtMs: number }
  /** A rule forbids the call that waits to be dialled. */
  | { type: 'forbidden'; error: CarrierError }
  | { type: 'carrier-accepted'; carrierSid: string }
  /** Surely no phone rings. `again`: it was not the call that was refused, and it keeps its place. */
  | { type: 'carrier-refused'; code: number | null; message: string; again: boolean }
  | { type: 'dial-outcome-unknown'; message: string }
  /** Whoever was to send the request with this number did not, and will not. */
  | { type: 'not-sent'; tries: number }
  | { type: 'carrier-reported'; carrierSid: string; status: CarrierReport; error: CarrierError | null }
  | { type: 'carrier-knows-nothing' }
  /** It knows a call that may be this one, or another. */
  | { type: 'carrier-unclear' }
  | { type: 'session-opened' }
  | { type: 'session-closed'; clean: boolean }
  | { type: 'conversation-ended'; ending: Ending }
  /** The assistant gave the person away: a colleague is called. */
  | { type: 'transfer-begun' }
  | { type: 'transfer-connected'; by: EndedBy }
  /** Nobody took the person, whom the assistant has back. */
  | { type: 'transfer-failed' }
  | { type: 'cancel'; ending: Ending }
  /** A server begins its work and finds this call unfinished. */
  | { type: 'server-started' }
  | { type: 'check' }
);

export interface CarrierError {
  code: string;
  message: string;
}

export type LifecycleEffect =
  | { type: 'place-call' }
  | { type: 'ask-carrier'; carrierSid: string }
  | { type: 'look-for-call'; sentAtMs: number }
  | { type: 'end-at-carrier'; carrierSid: string }
  | {
      type: 'announce';
      event: 'call.queued' | 'call.dialing' | 'call.ringing' | 'call.started' | 'call.ended' | 'call.blocked';
    }
  | { type: 'note-error'; error: CarrierError };

export interface Step {
  state: Lifecycle;
  effects: LifecycleEffect[];
}
