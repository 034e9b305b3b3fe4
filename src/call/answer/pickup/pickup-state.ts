/** What the machine that finds out who has picked up knows, hears and asks for. */

export type Who = 'person' | 'voicemail' | 'menu' | 'screener' | 'fax' | 'nobody';

/** What the carrier's own detection says. */
export type CarrierVerdict =
  | 'human'
  | 'machine_start'
  | 'machine_end_beep'
  | 'machine_end_silence'
  | 'machine_end_other'
  | 'fax'
  | 'unknown';

/** By what it is known. */
export type Source = 'silence' | 'speech' | 'carrier' | 'tone' | 'words' | 'conversation';

export interface Verdict {
  who: Who;
  source: Source;
  rank: number;
}

/** What the assistant does about each. */
export interface PickupActions {
  voicemail: 'talk' | 'leave_message' | 'hang_up' | 'try_later';
  screener: 'introduce' | 'talk' | 'hang_up';
  menu: 'talk' | 'hang_up';
}

export interface PickupSettings {
  actions: PickupActions;
  /** Whether the carrier was asked to tell when a mailbox's greeting is over. */
  carrierTellsEnd: boolean;
}

export type MessageState = 'none' | 'left' | 'cut_off';

/** What outlives a phase. */
export interface PickupMemory {
  verdict: Verdict | null;
  /** When the wait began. */
  openedAtMs: number;
  /** Since when the other end has been speaking; null while it is quiet. */
  speechAtMs: number | null;
  /** Since when it has been quiet; null before anything was heard, and while it speaks. */
  quietAtMs: number | null;
  /** A mailbox's tone, or the carrier's word that its greeting is over, and nothing said since. */
  mayRecord: boolean;
  /** Whether the carrier has told what it found. */
  carrierTold: boolean;
  /** Whether the assistant was heard to the end of a sentence since the other end last said something. */
  wasHeard: boolean;
  /** How often the other end answered what the assistant had said. */
  answers: number;
  message: MessageState;
  /** The number of the newest thing that was said for this machine. */
  saying: number;
}

export type PickupState = PickupMemory &
  (
    | { phase: 'listening' }
    /** A mailbox: the assistant is silent until the greeting is over. */
    | { phase: 'awaiting-end'; sinceMs: number }
    /** `allowed`: null until it is known that nobody has left it before. */
    | { phase: 'leaving'; sinceMs: number; allowed: boolean | null; restarted: boolean }
    /** A screener that is still asking. */
    | { phase: 'being-asked'; sinceMs: number; times: number }
    | { phase: 'introducing'; sinceMs: number; times: number }
    | { phase: 'awaiting-person'; sinceMs: number; times: number }
    /** Whoever it is, nothing is done about it any more. */
    | { phase: 'settled' }
    | { phase: 'over' }
  );

export type PickupEvent = { atMs: number } & (
  | { type: 'carrier'; verdict: CarrierVerdict }
  | { type: 'speaking'; speaking: boolean }
  | { type: 'said'; text: string }
  | { type: 'key' }
  | { type: 'tone'; tone: 'beep' | 'fax' }
  /** An utterance of ours is over; `saying`: the number of one that this machine asked for. */
  | { type: 'spoken'; saying: number | null; whole: boolean }
  | { type: 'message-allowed'; allowed: boolean }
  | { type: 'timer' }
  /** The conversation is over, whoever ended it. */
  | { type: 'closed' }
);

/** Why the call is ended. */
export type PickupEnding = 'voicemail' | 'message_left' | 'screened_out' | 'menu' | 'fax';

export type PickupEffect =
  | { type: 'tell'; verdict: Verdict }
  /** The assistant stops, and answers nothing until `go-on`. */
  | { type: 'hold' }
  | { type: 'go-on' }
  /** Makes sure that this call has left no message, and brings `message-allowed`. */
  | { type: 'claim-message' }
  | { type: 'say'; what: 'message' | 'introduction'; saying: number }
  | { type: 'tell-message'; state: 'left' | 'cut_off' }
  | { type: 'end'; reason: PickupEnding }
  | { type: 'set-timer'; ms: number }
  | { type: 'clear-timer' };

export interface PickupStep {
  state: PickupState;
  effects: PickupEffect[];
}

export type In<P extends PickupState['phase']> = Extract<PickupState, { phase: P }>;
