/** What a call can be in the course of its life, what can happen to it and what is then to be done. */

export type FinalStatus = 'completed' | 'busy' | 'no_answer' | 'failed' | 'canceled' | 'blocked';
export type CallStatus = 'queued' | 'dialing' | 'ringing' | 'in_progress' | FinalStatus;

export type EndedReason =
  | 'person_hung_up'
  | 'assistant_hung_up'
  | 'asked_not_to_be_called'
  | 'silence'
  | 'max_duration'
  | 'assistant_failed'
  | 'connection_failed'
  | 'server_lost'
  | 'server_stopped'
  | 'hung_up_by_request'
  | 'canceled'
  | 'busy'
  | 'no_answer'
  | 'carrier_refused'
  | 'carrier_failed'
  | 'carrier_lost'
  | 'never_placed'
  | 'forbidden'
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

export type Lifecycle =
  /** `isQueued`: dialled when its turn comes, whoever asked for it has had an answer; else somebody waits for it. */
  | (Live & { phase: 'accepted'; isQueued: boolean })
  /** The request to the carrier is under way: a phone may already ring. */
  | (Live & { phase: 'sending'; sentAtMs: number; cancelWanted: boolean })
  /** No clear answer came: never dialled again, only looked for. */
  | (Live & { phase: 'unknown'; sentAtMs: number; lookUps: number; cancelWanted: boolean })
  | (Live & { phase: 'placed'; carrierSid: string; ringing: boolean; placedAtMs: number; ending: Ending | null })
  | (Live & {
      phase: 'answered';
      carrierSid: string;
      answeredAtMs: number;
      /** `broken`: the line to the carrier failed; `lost`: the server stopped while the session was open. */
      session: 'awaited' | 'open' | 'closed' | 'broken' | 'lost';
      ending: Ending | null;
    })
  | { phase: 'over'; carrierSid: string | null; status: FinalStatus; ending: Ending };

export type CarrierFinal = 'completed' | 'busy' | 'no_answer' | 'failed' | 'canceled';
export type CarrierReport = 'queued' | 'initiated' | 'ringing' | 'in_progress' | CarrierFinal;

export type LifecycleEvent = { atMs: number } & (
  | { type: 'dial' }
  /** Its turn has come and no line is free. */
  | { type: 'postponed' }
  /** A rule forbids the call that waits to be dialled. */
  | { type: 'forbidden'; error: CarrierError }
  | { type: 'carrier-accepted'; carrierSid: string }
  | { type: 'carrier-refused'; code: number | null; message: string }
  | { type: 'dial-outcome-unknown'; message: string }
  | { type: 'carrier-reported'; carrierSid: string; status: CarrierReport; error: CarrierError | null }
  | { type: 'carrier-knows-nothing' }
  | { type: 'session-opened' }
  | { type: 'session-closed'; clean: boolean }
  | { type: 'conversation-ended'; ending: Ending }
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
  /** Asks for a free line, then dials or postpones; whoever dials asks the rules. */
  | { type: 'try-to-dial' }
  | { type: 'ask-carrier'; carrierSid: string }
  | { type: 'look-for-call'; sentAtMs: number }
  | { type: 'end-at-carrier'; carrierSid: string }
  | { type: 'announce'; event: 'call.dialing' | 'call.ringing' | 'call.started' | 'call.ended' | 'call.blocked' }
  | { type: 'note-error'; error: CarrierError };

export interface Step {
  state: Lifecycle;
  effects: LifecycleEffect[];
}
