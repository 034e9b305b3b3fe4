/** What we ask of a phone carrier: place, look up and end calls, and tell us what happens by webhook and socket. */
export { CarrierOutcomeUnknown, CarrierRefused, CarrierUnavailable, type RefusalKind } from './carrier-errors.ts';
export type { CarrierInstruction } from './carrier-instructions.ts';

import type { AnswerDetection, AnsweredBy } from './answer-detection.ts';
import type { CarrierInstruction } from './carrier-instructions.ts';

export type CarrierCallStatus =
  | 'queued'
  | 'initiated'
  | 'ringing'
  | 'in_progress'
  | 'completed'
  | 'busy'
  | 'no_answer'
  | 'failed'
  | 'canceled';

/** One request to ring a phone. */
export interface CallOrder {
  to: string;
  from: string;
  /** What to do once it is answered: asked for at a path and query on our public URL, or sent along. */
  instructions: { path: string } | { inline: readonly CarrierInstruction[] };
  /** Path and query on our public URL that hears of every change of status. */
  statusPath: string;
  /** How long the phone may ring, 1–600 s. */
  ringSeconds: number;
  /** The carrier itself ends the call after this long: a second rail behind our own limit. */
  maxDurationSeconds: number;
  /** Whether the carrier shall tell who answered, while the call goes on, and to which path and query. */
  detection?: AnswerDetection | null;
}

/** What the carrier knows of a call. */
export interface CarrierCall {
  carrierSid: string;
  status: CarrierCallStatus;
  to: string;
  from: string;
  createdAtMs: number;
  durationSeconds: number | null;
  /** What the carrier takes for it, in millionths of a currency's unit; null until it is rated. */
  charge?: CarrierCharge | null;
}

export interface CarrierCharge {
  micros: number;
  /** Three letters. */
  currency: string;
}

/** A request as it came in, untouched, so that its signature can be checked. */
export interface CarrierRequest {
  method: string;
  /** Path and query exactly as received. */
  path: string;
  headers: Record<string, string | string[] | undefined>;
  /** The raw body; empty for none. */
  body: string;
}

/** What a webhook tells us. */
export type CarrierEvent =
  | {
      type: 'instructions-wanted';
      carrierSid: string;
      from: string;
      to: string;
      direction: 'inbound' | 'outbound';
      /** Query of the URL as we gave it to the carrier. */
      query: URLSearchParams;
    }
  | {
      type: 'status-changed';
      carrierSid: string;
      status: CarrierCallStatus;
      sequence: number | null;
      durationSeconds: number | null;
      sipCode: number | null;
      errorCode: number | null;
      errorMessage: string | null;
      query: URLSearchParams;
    }
  | {
      type: 'session-ended';
      carrierSid: string;
      /** `ended`: we ended it; `completed`: the person hung up; `failed`: the socket broke. */
      session: 'ended' | 'completed' | 'failed';
      errorCode: number | null;
      query: URLSearchParams;
    }
  | {
      type: 'recording-changed';
      carrierSid: string;
      recordingSid: string;
      status: 'in_progress' | 'completed' | 'absent' | 'failed';
      durationSeconds: number | null;
      channels: number | null;
      query: URLSearchParams;
    }
  | {
      /** Who answered, by the carrier's own detection. */
      type: 'answer-detected';
      carrierSid: string;
      answeredBy: AnsweredBy;
      /** How long that took. */
      afterMs: number | null;
      query: URLSearchParams;
    }
  | {
      /** How the line of a colleague goes who is called for a person; `carrierSid` is that line's own. */
      type: 'transfer-leg-changed';
      carrierSid: string;
      status: CarrierCallStatus;
      query: URLSearchParams;
    }
  /** A colleague has picked up and is to be told what it is about. */
  | { type: 'briefing-wanted'; carrierSid: string; query: URLSearchParams }
  | { type: 'briefing-answered'; carrierSid: string; keys: string; words: string; query: URLSearchParams }
  | {
      /** A colleague's line is over, or never came to be; the person is still there, or has hung up. */
      type: 'transfer-over';
      carrierSid: string;
      /** `declined`: somebody picked up and did not take the call. */
      result: 'connected' | 'busy' | 'no_answer' | 'declined' | 'failed' | 'canceled';
      legSid: string | null;
      legSeconds: number | null;
      query: URLSearchParams;
    }
  | {
      /** A piece of the carrier's own transcript; only final pieces are told. */
      type: 'transcribed';
      carrierSid: string;
      speaker: 'person' | 'assistant';
      text: string;
      sequence: number | null;
      query: URLSearchParams;
    };

export interface CarrierReply {
  status: number;
  contentType: string | null;
  body: string;
}

/** One webhook of the carrier, as data: the server mounts it and cannot forget the check. */
export interface CarrierRoute {
  method: 'GET' | 'POST';
  path: string;
  /** The event, or null when the request makes no sense; only called after `verify` said yes. */
  parse(request: CarrierRequest): CarrierEvent | null;
  /** The instructions, in their order, in the carrier's own markup. */
  reply(...instructions: CarrierInstruction[]): CarrierReply;
}

/** What the carrier's relay socket tells us: it hears and speaks, we think. */
export type RelayEvent =
  | { type: 'setup'; carrierSid: string; from: string; to: string; parameters: Record<string, string> }
  /** The person said something; `last` is false while they are still speaking. */
  | { type: 'prompt'; text: string; last: boolean }
  | { type: 'interrupt'; heardText: string; afterMs: number }
  | { type: 'key'; digit: string }
  /** The carrier's voice has begun or ended speaking. */
  | { type: 'assistant-speaking'; speaking: boolean }
  | { type: 'person-speaking'; speaking: boolean }
  /** This much more of our text was spoken aloud. */
  | { type: 'text-played'; text: string }
  | { type: 'error'; description: string };

/** What we tell the relay socket. */
export type RelayCommand =
  /** `interruptible` unless it is false: whether the person's voice stops it. */
  | { type: 'text'; text: string; last: boolean; interruptible?: boolean }
  | { type: 'keys'; digits: string }
  | { type: 'end'; reason: string };

/** The relay protocol as a pure codec. */
export interface RelayCodec {
  /** The event, or null for a kind we have no use for. @throws CallwrightError `carrier/bad-frame` */
  decode(frame: string): RelayEvent | null;
  encode(command: RelayCommand): string;
}

/** What the carrier's media socket tells us: the sound of the line, 20 ms at a time. */
export type MediaEvent =
  | { type: 'start'; carrierSid: string; streamSid: string; parameters: Record<string, string> }
  /** μ-law, 8 kHz, mono; `timestampMs` counts from some moment of the stream, 0 where nothing is known. */
  | { type: 'audio'; sound: Uint8Array; timestampMs: number }
  | { type: 'key'; digit: string }
  | { type: 'mark'; name: string }
  | { type: 'stop' };

/** What we tell the media socket; sound is μ-law, 8 kHz, mono. */
export type MediaCommand = { type: 'audio'; sound: Uint8Array } | { type: 'mark'; name: string } | { type: 'clear' };

/** The media protocol as a pure codec. */
export interface MediaCodec {
  /** The event, or null for a kind we have no use for. @throws CallwrightError `carrier/bad-frame` */
  decode(frame: string): MediaEvent | null;
  /** Makes the writer of one stream's frames. */
  encoderOf(streamSid: string): (command: MediaCommand) => string;
}

/** A recording as it comes from the carrier. */
export interface RecordingMedia {
  contentType: string;
  /** Bytes, where the carrier says so beforehand. */
  length: number | null;
  body: AsyncIterable<Uint8Array>;
}

/** What a carrier's error code means to the people who run the calls. */
export interface CarrierAdvice {
  /** What went wrong. */
  meaning: string;
  /** What a person can do about it. */
  resolution: string;
  /** Whether the same call may be tried again: soon, only much later, or not until something was changed. */
  retry: 'yes' | 'no' | 'later';
  /** Every other call of the account would fail in the same way. */
  stopsCampaign?: true;
}

export interface Carrier {
  name: string;
  /** Null for a code that nobody knows. */
  adviceFor(code: number): CarrierAdvice | null;
  /**
   * Asks for one call, once, and gives the carrier's id for it.
   * @throws CarrierRefused when surely no phone rings
   * @throws CarrierOutcomeUnknown when one may
   */
  placeCall(order: CallOrder): Promise<{ carrierSid: string; status: CarrierCallStatus }>;
  /** The call, or null when the carrier has never heard of it. @throws CarrierUnavailable */
  fetchCall(carrierSid: string): Promise<CarrierCall | null>;
  /**
   * Calls with these ends made at or after `sinceMs`, newest first, all by our clock: where the carrier's is known to be
   * another, its times are translated.
   * @throws CarrierUnavailable
   */
  findCalls(search: { to: string; from: string; sinceMs: number }): Promise<CarrierCall[]>;
  /** Ends a call in whatever state it is; a call that is over already counts as ended. @throws CarrierUnavailable */
  endCall(carrierSid: string): Promise<void>;
  /**
   * Has a live call leave what it is doing and follow these instructions.
   * @throws CarrierUnavailable
   */
  redirectCall(carrierSid: string, instructions: readonly CarrierInstruction[]): Promise<void>;
  /**
   * The sound of a recording; null when it is not there (yet).
   * @throws CarrierUnavailable
   */
  fetchRecording(recordingSid: string): Promise<RecordingMedia | null>;
  /** Ends the recording of a call that goes on; one that is not recorded, or over, counts as done. @throws CarrierUnavailable */
  stopRecording(carrierSid: string): Promise<void>;
  /** Deletes the carrier's copy; one that is gone already counts as deleted. @throws CarrierUnavailable */
  deleteRecording(recordingSid: string): Promise<void>;
  /**
   * Has the carrier ask us, at these paths on our public URL, when somebody calls one of our numbers; `not-ours` when
   * the account has no such number.
   * @throws CarrierUnavailable
   */
  setNumberWebhooks(wanted: { number: string; voicePath: string; statusPath: string }): Promise<'set' | 'not-ours'>;
  /**
   * Whom the carrier asks when somebody calls one of our numbers: us, at this path on our public URL, or `another`;
   * `not-ours` when the account has no such number. Changes nothing.
   * @throws CarrierUnavailable
   */
  findNumberWebhook(wanted: { number: string; voicePath: string }): Promise<'us' | 'another' | 'not-ours'>;
  /** Whether the request was made by the carrier itself. */
  verify(request: CarrierRequest): boolean;
  /** Whether a socket was opened by the carrier itself. */
  verifySocket(request: CarrierRequest): boolean;
  routes: {
    /** Instructions for calls placed by the form with custom parameters. */
    instructions: CarrierRoute;
    /** Instructions for every other call, inbound ones included. */
    voice: CarrierRoute;
    status: CarrierRoute;
    after: CarrierRoute;
    recording: CarrierRoute;
    transcript: CarrierRoute;
    detection: CarrierRoute;
    /** Of a person who is handed over to a colleague. */
    transferOver: CarrierRoute;
    transferLeg: CarrierRoute;
    briefing: CarrierRoute;
    briefingAnswer: CarrierRoute;
  };
  relay: RelayCodec;
  media: MediaCodec;
}
