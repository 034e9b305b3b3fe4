/** Twilio's webhooks as data: what each request tells us, and how our answer is written. */
import type { AnsweredBy } from '../../ports/answer-detection.ts';
import type {
  CarrierCallStatus,
  CarrierEvent,
  CarrierInstruction,
  CarrierReply,
  CarrierRequest,
  CarrierRoute,
} from '../../ports/carrier.ts';
import { toCallStatus } from './call-status.ts';
import { type Form, fieldOf, wholeNumberOf } from './form.ts';
import { parseRecordingChanged, parseTranscribed } from './recording-webhooks.ts';
import {
  parseBriefingAnswered,
  parseBriefingWanted,
  parseTransferLeg,
  parseTransferOver,
} from './transfer-webhooks.ts';
import { type TwimlContext, writeTwiml } from './twiml.ts';
import { parseWebhook } from './webhook.ts';

export interface WebhookPaths {
  /** Asked what to do with a call that was placed with custom parameters, once it is answered. */
  instructions: string;
  /** Asked what to do with every other call. */
  voice: string;
  /** Told of every change of status. */
  status: string;
  /** Asked what to do once a session is over. */
  after: string;
  /** Told of the recording of a call. */
  recording: string;
  /** Told what Twilio wrote down of a call. */
  transcript: string;
  /** Told who answered. */
  detection: string;
  /** Asked what to do with a person when a colleague's line is over. */
  transferOver: string;
  /** Told of a colleague's line. */
  transferLeg: string;
  /** Asked what a colleague hears. */
  briefing: string;
  /** Told what a colleague answers. */
  briefingAnswer: string;
}

const longestErrorMessage = 500;

/** Without `Direction` a call that still rings is one that came in. */
function directionOf(form: Form): 'inbound' | 'outbound' {
  const direction = fieldOf(form, 'Direction');
  if (direction !== null) return direction.startsWith('outbound') ? 'outbound' : 'inbound';
  return fieldOf(form, 'CallStatus') === 'ringing' ? 'inbound' : 'outbound';
}

export function parseInstructionsWanted(request: CarrierRequest): CarrierEvent | null {
  const webhook = parseWebhook(request);
  if (!webhook) return null;
  const { carrierSid, form, query } = webhook;
  const [from, to] = [fieldOf(form, 'From') ?? '', fieldOf(form, 'To') ?? ''];
  return { type: 'instructions-wanted', carrierSid, from, to, direction: directionOf(form), query };
}

export function parseStatusChanged(request: CarrierRequest): CarrierEvent | null {
  const webhook = parseWebhook(request);
  if (!webhook) return null;
  const { carrierSid, form, query } = webhook;
  const status: CarrierCallStatus | null = toCallStatus(fieldOf(form, 'CallStatus'));
  if (status === null) return null;
  return {
    type: 'status-changed',
    carrierSid,
    status,
    sequence: wholeNumberOf(form, 'SequenceNumber'),
    durationSeconds: wholeNumberOf(form, 'CallDuration'),
    sipCode: wholeNumberOf(form, 'SipResponseCode'),
    errorCode: wholeNumberOf(form, 'ErrorCode'),
    errorMessage: fieldOf(form, 'ErrorMessage')?.slice(0, longestErrorMessage) ?? null,
    query,
  };
}

const verdicts: ReadonlySet<string> = new Set<AnsweredBy>([
  ...(['human', 'machine_start', 'machine_end_beep', 'machine_end_silence', 'machine_end_other'] as const),
  ...(['fax', 'unknown'] as const),
]);

export function parseAnswerDetected(request: CarrierRequest): CarrierEvent | null {
  const webhook = parseWebhook(request);
  if (!webhook) return null;
  const { carrierSid, form, query } = webhook;
  const answeredBy = fieldOf(form, 'AnsweredBy');
  if (answeredBy === null || !verdicts.has(answeredBy)) return null;
  const afterMs = wholeNumberOf(form, 'MachineDetectionDuration');
  return { type: 'answer-detected', carrierSid, answeredBy: answeredBy as AnsweredBy, afterMs, query };
}

/** A session without a status we know was ended by the person if the call is over with it, and broke otherwise. */
function sessionOf(form: Form): 'ended' | 'completed' | 'failed' {
  const session = fieldOf(form, 'SessionStatus');
  if (session === 'ended' || session === 'completed' || session === 'failed') return session;
  return fieldOf(form, 'CallStatus') === 'completed' ? 'completed' : 'failed';
}

export function parseSessionEnded(request: CarrierRequest): CarrierEvent | null {
  const webhook = parseWebhook(request);
  if (!webhook) return null;
  const { carrierSid, form, query } = webhook;
  const errorCode = wholeNumberOf(form, 'ErrorCode');
  return { type: 'session-ended', carrierSid, session: sessionOf(form), errorCode, query };
}

const noContent: CarrierReply = { status: 204, contentType: null, body: '' };

/** Whoever only tells us something is only thanked, whatever we would like to say. */
export function createRoutes(paths: WebhookPaths, context: TwimlContext): Record<keyof WebhookPaths, CarrierRoute> {
  const inMarkup = (...instructions: CarrierInstruction[]): CarrierReply => ({
    status: 200,
    contentType: 'text/xml; charset=utf-8',
    body: writeTwiml(instructions, context),
  });
  const acknowledge = () => noContent;
  return {
    instructions: { method: 'POST', path: paths.instructions, parse: parseInstructionsWanted, reply: inMarkup },
    voice: { method: 'POST', path: paths.voice, parse: parseInstructionsWanted, reply: inMarkup },
    status: { method: 'POST', path: paths.status, parse: parseStatusChanged, reply: acknowledge },
    after: { method: 'POST', path: paths.after, parse: parseSessionEnded, reply: inMarkup },
    recording: { method: 'POST', path: paths.recording, parse: parseRecordingChanged, reply: acknowledge },
    transcript: { method: 'POST', path: paths.transcript, parse: parseTranscribed, reply: acknowledge },
    detection: { method: 'POST', path: paths.detection, parse: parseAnswerDetected, reply: acknowledge },
    transferOver: { method: 'POST', path: paths.transferOver, parse: parseTransferOver, reply: inMarkup },
    transferLeg: { method: 'POST', path: paths.transferLeg, parse: parseTransferLeg, reply: acknowledge },
    briefing: { method: 'POST', path: paths.briefing, parse: parseBriefingWanted, reply: inMarkup },
    briefingAnswer: { method: 'POST', path: paths.briefingAnswer, parse: parseBriefingAnswered, reply: inMarkup },
  };
}
