/** The truth about one simulated call: everything that was asked, sent, said and heard, for tests and terminals. */
import type { AnsweredBy } from './detection/detection-order.ts';

/** What became of a call, as the REST API shows it. */
export type RestCallStatus = 'queued' | 'ringing' | 'in-progress' | FinalStatus;
export type FinalStatus = 'completed' | 'busy' | 'failed' | 'no-answer' | 'canceled';
/** What status callbacks say; `queued` is never told. */
export type CallbackStatus = 'initiated' | 'ringing' | 'in-progress' | FinalStatus;

export interface WebhookLog {
  kind: 'voice' | 'fallback' | 'status' | 'action' | 'stream' | 'recording' | 'transcription' | 'detection';
  method: 'GET' | 'POST';
  url: string;
  parameters: Record<string, string>;
  /** Counts from 1; above 1 it is a retry or a duplicate. */
  attempt: number;
  sentAtMs: number;
  answeredAtMs: number | null;
  /** HTTP status of the answer; null while waiting or when there was none. */
  status: number | null;
  body: string | null;
  /** Why there was no answer. */
  failure: string | null;
  /** The planned fault that struck this one; a dropped one was never sent. */
  fault: string | null;
}

/** One talk cycle of the application, as the person's ear got it. */
export interface HeardUtterance {
  /** `stream`: an interval of the sound that the application sent itself; without words in it, its text is its length. */
  source: 'say' | 'play' | 'apology' | 'greeting' | 'relay' | 'stream';
  /** What was spoken to the end; of a stream, the words that were heard whole. */
  text: string;
  /** What would have followed; of a stream, only the word that broke off. */
  cutOff: string;
  startedAtMs: number;
  endedAtMs: number;
  end: 'played' | 'interrupted' | 'preempted' | 'stopped';
}

export interface HeardWord {
  text: string;
  /** When its last sound was heard. */
  atMs: number;
}

export interface SaidUtterance {
  text: string;
  startedAtMs: number;
  endedAtMs: number;
  /** Whether it was told to the application. */
  reachedApp: boolean;
}

/** One media stream, as the network saw it. */
export interface StreamLog {
  sid: string;
  url: string;
  /** Null when the socket never opened. */
  startedAtMs: number | null;
  endedAtMs: number | null;
  end: 'stopped' | 'closed' | 'failed' | null;
  /** Of 20 ms each. */
  framesSent: number;
  /** μ-law of the application: 8 bytes are a millisecond. */
  bytesReceived: number;
  /** What of it reached the person's ear. */
  bytesPlayed: number;
  bytesCleared: number;
  /** All but the sound itself. */
  messages: { direction: 'to-app' | 'from-app'; atMs: number; text: string }[];
}

export interface RecordingLog {
  sid: string;
  status: 'in-progress' | 'paused' | 'processing' | 'completed' | 'absent';
  source: 'OutboundAPI' | 'StartCallRecordingAPI' | 'StartCallRecordingTwiML';
  track: 'inbound' | 'outbound' | 'both';
  channels: 1 | 2;
  startedAtMs: number;
  updatedAtMs: number;
  endedAtMs: number | null;
  /** Null as long as it is not known. */
  durationSeconds: number | null;
}

export interface CallProblem {
  /** Twilio's error code; null for something only the simulator can have. */
  code: number | null;
  level: 'error' | 'warning';
  message: string;
  atMs: number;
}

export interface SimulatedCallRecord {
  sid: string;
  direction: 'inbound' | 'outbound-api' | 'outbound-dial';
  /** The call whose application dialled this one. */
  parentSid?: string;
  from: string;
  to: string;
  /** Name of the person at the other end. */
  person: string;
  /** The form of the create request; null for an inbound call. */
  request: Record<string, string[]> | null;
  status: RestCallStatus;
  createdAtMs: number;
  updatedAtMs: number;
  /** Estimated wait in the calls-per-second queue. */
  queueMs: number;
  dialedAtMs: number | null;
  answeredAtMs: number | null;
  endedAtMs: number | null;
  /** What the detection of who answered said, where it was asked for, and how long it took. */
  answeredBy: AnsweredBy | null;
  detectionMs: number | null;
  endedBy: 'person' | 'instructions' | 'api' | 'network' | null;
  webhooks: WebhookLog[];
  relayFrames: { direction: 'to-app' | 'from-app'; atMs: number; text: string }[];
  /** Word by word, in order. */
  heardWords: HeardWord[];
  heard: HeardUtterance[];
  streams: StreamLog[];
  recordings: RecordingLog[];
  said: SaidUtterance[];
  keys: { digit: string; by: 'person' | 'app'; atMs: number }[];
  /** Sounds of a machine at the other end. */
  tones: { tone: 'beep' | 'fax'; startedAtMs: number; endedAtMs: number }[];
  errors: CallProblem[];
}

/** No list of one call's record grows beyond this; later entries are left out. */
const longestList = 20_000;

/** Adds to a list of a record unless it is full. */
export function note<T>(list: T[], entry: T): T {
  if (list.length < longestList) list.push(entry);
  return entry;
}

/** What happens, as it happens. */
export type SimulatorEvent = { atMs: number; callSid: string } & (
  | { type: 'created'; direction: SimulatedCallRecord['direction']; from: string; to: string; person: string }
  | { type: 'status'; status: CallbackStatus }
  | { type: 'heard'; utterance: HeardUtterance }
  | { type: 'said'; text: string }
  | { type: 'key'; digit: string; by: 'person' | 'app' }
  | { type: 'webhook'; webhook: WebhookLog }
  | { type: 'problem'; problem: CallProblem }
);
