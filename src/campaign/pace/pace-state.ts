/** What a campaign can be in the course of its life, what can happen to it and what is then to be done. */

/** How fast a campaign may go, and when it has to stop by itself. */
export interface PaceRules {
  callsPerMinute: number;
  concurrentCalls: number;
  adaptive: { start: number; least: number } | null;
  startsAtMs: number | null;
  endsAtMs: number | null;
  breaker: { failedShare: number; lastCalls: number };
}

/** What is kept through pauses: when the next call may begin, and since when results count. */
export interface Pace {
  nextSlotAtMs: number;
  resultsSinceMs: number;
}

export interface Halt {
  code:
    | 'campaign/calls-fail'
    | 'campaign/account-refused'
    | 'campaign/no-caller-id'
    | 'campaign/no-assistant'
    | 'campaign/client-not-active';
  message: string;
}

export type CampaignState =
  | { phase: 'draft' }
  | ({ phase: 'running' } & Pace)
  | ({ phase: 'paused' } & Pace)
  /** The server stopped it, because going on would only do harm. */
  | ({ phase: 'halted'; halt: Halt } & Pace)
  | { phase: 'canceled'; talking: 'finish' | 'hang_up' }
  | { phase: 'completed' };

/** What a call came to, for pace and breaker. */
export type CallResult = 'answered' | 'unanswered' | 'failed';

/** What the database tells, read under the campaign's lock. */
export interface Facts {
  /** The campaign's calls that are not over. */
  queued: number;
  /** When the first of those in the queue was, or is, to be dialled; null when it is empty. */
  queueDueAtMs: number | null;
  ringing: number;
  talking: number;
  /** When the next of those who wait is due; null when nobody waits. */
  nextDueAtMs: number | null;
  /** How many calls the client's own limits leave now, and when to ask again where they leave none. */
  allowed: number;
  askAgainAtMs: number;
  /** Since `resultsSinceMs`, the newest first. */
  results: readonly CallResult[];
  /** When the carrier last said that the account is shut; null while it takes calls. */
  accountShutAtMs: number | null;
}

export type CampaignEvent = { atMs: number } & (
  | { type: 'start' }
  | { type: 'pause' }
  | { type: 'resume' }
  | { type: 'cancel'; talking: 'finish' | 'hang_up' }
  /** Nobody can be called as things stand. */
  | { type: 'halt'; halt: Halt }
  /** Somebody looks whether there is something to do. */
  | { type: 'tick'; facts: Facts }
  /** So many calls were begun, the first in the slot that was given, of those that were asked for. */
  | { type: 'dialed'; calls: number; facts: Facts }
);

export type CampaignEffect =
  /** Begin calls to those who are due: so many at most, one slot after the other. */
  | { type: 'dial'; most: number; firstSlotAtMs: number; slotMs: number }
  /** Calls that nobody dials yet end here and now; their contacts wait again, or are canceled with the campaign. */
  | { type: 'cancel-queued' }
  | { type: 'end-ringing' }
  | { type: 'end-talking' }
  | { type: 'end-waiting'; state: 'canceled' | 'skipped'; code: 'campaign/canceled' | 'campaign/ended' }
  | { type: 'look-again'; atMs: number }
  | { type: 'announce'; event: CampaignEventName };

export type CampaignEventName =
  | 'campaign.started'
  | 'campaign.paused'
  | 'campaign.resumed'
  | 'campaign.halted'
  | 'campaign.canceled'
  | 'campaign.completed';

export interface Step {
  state: CampaignState;
  effects: CampaignEffect[];
}
