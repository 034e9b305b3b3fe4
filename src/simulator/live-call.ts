/** What the parts of the phone network that act on a live call see of it. */
import type { Synthesize } from '../audio/spoken-sound.ts';
import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { CallProblem, FinalStatus, SimulatedCallRecord, SimulatorEvent } from './call-record.ts';
import type { DetectionOrder } from './detection/detection-order.ts';
import type { FaultPlan } from './faults.ts';
import type { FrameTicker } from './media/frame-ticker.ts';
import type { Outside } from './outside.ts';
import type { PhoneLine } from './phone-line.ts';
import type { RecordingOrder } from './recording/recording-order.ts';
import type { StatusSubscription } from './webhooks/announce-status.ts';
import type { WebhookSender } from './webhooks/deliver-webhook.ts';

/** Where a call's next TwiML document comes from. */
export type Source =
  | {
      type: 'url';
      kind: 'voice' | 'action';
      url: string;
      method: 'GET' | 'POST';
      /** Sent besides the call's own. */
      parameters?: Record<string, string>;
    }
  | { type: 'twiml'; twiml: string };

export interface WebhookTarget {
  url: string;
  method: 'GET' | 'POST';
}

/** What the application wants of its call; an update through the API may change it. */
export interface CallSettings {
  instructions: Source;
  fallback: WebhookTarget | null;
  statusCallback: StatusSubscription | null;
  /** How long the phone rings. */
  ringMs: number;
  /** How long the call may last from answer. */
  timeLimitMs: number;
  /** From answer to end. */
  recording: RecordingOrder | null;
  /** Whether, and how, it is found out who answers. */
  detection: DetectionOrder | null;
  /** For a line that another call dialled: its person has heard what there is to hear. */
  join?: () => void;
}

/** Somebody whom a call's application has called besides. */
export interface LegOrder {
  parentSid: string;
  to: string;
  from: string;
  /** What they hear before they are put through. */
  whisper: Source | null;
  ringMs: number;
  statusCallback: StatusSubscription | null;
}

export interface DialledLeg {
  readonly record: SimulatedCallRecord;
  readonly line: PhoneLine;
  /** They can be put through. */
  whenJoined: Promise<void>;
  whenOver: Promise<unknown>;
  /** Harmless when it is over. */
  end(): void;
}

/** Why a call ends. */
export interface CallOutcome {
  status: FinalStatus;
  by: NonNullable<SimulatedCallRecord['endedBy']>;
  sipCode: number;
  errorCode?: number;
  errorMessage?: string;
}

/** What all calls of one phone network share. */
export interface NetworkParts {
  clock: Clock;
  random: Random;
  outside: Outside;
  /** The voices of its people. */
  synthesize: Synthesize;
  account: { sid: string; authToken: string };
  /** From being dialled to the first ring. */
  firstRingMs: number;
  /** Of all media streams. */
  ticker: FrameTicker;
  /** Calls somebody for another call; null where that number may not be shown. */
  dialOut(order: LegOrder): DialledLeg | null;
  startRecording(call: LiveCall, order: RecordingOrder): void;
  /** Where the network's own REST API is, for the addresses it gives out. */
  apiBaseUrl(): string;
  faults(): FaultPlan;
  emit(event: SimulatorEvent): void;
  /** Aborted when the phone network stops. */
  signal: AbortSignal;
}

export interface LiveCall {
  readonly network: NetworkParts;
  readonly record: SimulatedCallRecord;
  readonly settings: CallSettings;
  readonly line: PhoneLine;
  readonly webhooks: WebhookSender;
  readonly isOver: boolean;
  /** Aborted when the call is over. */
  readonly overSignal: AbortSignal;
  /** Takes an incoming call; changes nothing on a call that is already answered. */
  answer(): void;
  end(outcome: CallOutcome): void;
  problem(problem: Omit<CallProblem, 'atMs'>): void;
}
