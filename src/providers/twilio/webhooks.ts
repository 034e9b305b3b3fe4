/** Twilio's webhooks as data: what each request tells us, and how our answer is written. */
import type {
  CarrierCallStatus,
  CarrierEvent,
  CarrierInstruction,
  CarrierReply,
  CarrierRequest,
  CarrierRoute,
} from '../../ports/carrier.ts';
import { toCallStatus } from './call-status.ts';
import { type Form, fieldOf, longestBody, parseForm, wholeNumberOf } from './form.ts';
import { type TwimlContext, writeTwiml } from './twiml.ts';

export interface WebhookPaths {
  /** Asked what to do with a call once it is answered. */
  instructions: string;
  /** Told of every change of status. */
  status: string;
  /** Asked what to do once a session is over. */
  after: string;
}

interface Webhook {
  carrierSid: string;
  form: Form;
  query: URLSearchParams;
}

const longestErrorMessage = 500;

/** The parts that every webhook has; null for a request that is none. */
function parseWebhook(request: CarrierRequest): Webhook | null {
  if (request.method !== 'POST' || request.body.length > longestBody) return null;
  const form = parseForm(request.body);
  const carrierSid = fieldOf(form, 'CallSid');
  if (carrierSid === null || !/^CA[0-9A-Za-z]{1,62}$/.test(carrierSid)) return null;
  const queryAt = request.path.indexOf('?');
  const query = new URLSearchParams(queryAt === -1 ? '' : request.path.slice(queryAt));
  return { carrierSid, form, query };
}

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

/** The three routes; a status is only acknowledged, whatever we would like to say to it. */
export function createRoutes(paths: WebhookPaths, context: TwimlContext): Record<keyof WebhookPaths, CarrierRoute> {
  const inMarkup = (instruction: CarrierInstruction): CarrierReply => ({
    status: 200,
    contentType: 'text/xml; charset=utf-8',
    body: writeTwiml(instruction, context),
  });
  return {
    instructions: { method: 'POST', path: paths.instructions, parse: parseInstructionsWanted, reply: inMarkup },
    status: { method: 'POST', path: paths.status, parse: parseStatusChanged, reply: () => noContent },
    after: { method: 'POST', path: paths.after, parse: parseSessionEnded, reply: inMarkup },
  };
}
