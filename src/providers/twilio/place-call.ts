/** Asks Twilio for one call, once, and says what is certain about it afterwards. */
import { type Clock, waitFor } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import {
  type CallOrder,
  type Carrier,
  CarrierOutcomeUnknown,
  CarrierRefused,
  type RefusalKind,
} from '../../ports/carrier.ts';
import { parsePlacedCall, parseRefusal } from './call-resource.ts';
import { toWebhookUrl } from './public-url.ts';
import { type RestAnswer, type RestClient, RestFailed, type RestRequest } from './rest-client.ts';
import { type TwimlContext, writeTwiml } from './twiml.ts';

/** How often a create that Twilio turned away for pace (HTTP 429, surely no call) is asked again. */
export interface RateRetries {
  /** 1 or 2. */
  times: number;
  random: Random;
}

export interface PlacingOptions {
  accountSid: string;
  publicUrl: string;
  rest: RestClient;
  clock: Clock;
  log: Logger;
  rateRetries?: RateRetries | undefined;
}

type Form = NonNullable<RestRequest['form']>;

const createTimeoutMs = 10_000;
/** A longer `Retry-After` is left to whoever keeps the pace. */
const longestRetryAfterSeconds = 2;
const backOffMs = 250;
/** Markup that goes along with a create, in characters. */
const longestInlineDocument = 4_000;
/** Twilio's own code for markup that is longer. */
const inlineDocumentTooLong = 32018;

/** Answers without Twilio's error body that still come before any call is made, whoever gave them. */
const refusingStatuses: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 413, 414, 415, 429, 431]);

/** @throws CarrierRefused with Twilio's own code when Twilio would refuse the length */
function toInstructions({ instructions }: CallOrder, context: TwimlContext): Form {
  if ('path' in instructions) return { Url: toWebhookUrl(context.publicUrl, instructions.path), Method: 'POST' };
  const document = writeTwiml(instructions.inline, context);
  if (document.length <= longestInlineDocument) return { Twiml: document };
  const message = `The instructions are ${document.length} characters long; Twilio takes ${longestInlineDocument}.`;
  throw new CarrierRefused(message, { code: inlineDocumentTooLong, httpStatus: null });
}

function toCreateForm(order: CallOrder, context: TwimlContext): Form {
  return {
    To: order.to,
    From: order.from,
    ...toInstructions(order, context),
    StatusCallback: toWebhookUrl(context.publicUrl, order.statusPath),
    StatusCallbackMethod: 'POST',
    StatusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
    Timeout: order.ringSeconds,
    TimeLimit: order.maxDurationSeconds,
    ...toDetection(order, context),
  };
}

/** Asynchronous, so that nobody who answers waits in silence for the verdict. */
function toDetection({ detection }: CallOrder, context: TwimlContext): Form {
  if (!detection) return {};
  return {
    MachineDetection: detection.until === 'answer' ? 'Enable' : 'DetectMessageEnd',
    AsyncAmd: 'true',
    AsyncAmdStatusCallback: toWebhookUrl(context.publicUrl, detection.path),
    AsyncAmdStatusCallbackMethod: 'POST',
  };
}

/** Codes that say something of the whole account: nothing is taken until a person has changed something. */
const lockOuts: ReadonlySet<number> = new Set([10001, 20003, 20005, 20006]);
/** Codes that say not now: too many at once, too many calls, too long a queue. */
const throttles: ReadonlySet<number> = new Set([10004, 20429, 22005]);

function kindOf(httpStatus: number, code: number | null): RefusalKind {
  if (code !== null && lockOuts.has(code)) return 'locked-out';
  if (httpStatus === 429 || (code !== null && throttles.has(code))) return 'throttled';
  return code === null && httpStatus === 401 ? 'locked-out' : 'declined';
}

/** What a create that gave no call means: surely none, or perhaps one. */
function toPlacingError(answer: RestAnswer): CarrierRefused | CarrierOutcomeUnknown {
  const { httpStatus, retryAfterSeconds } = answer;
  const refusal = httpStatus < 500 ? parseRefusal(answer) : null;
  const code = refusal?.code ?? null;
  const why = { code, httpStatus, kind: kindOf(httpStatus, code), retryAfterSeconds };
  if (refusal) return new CarrierRefused(refusal.message, why);
  if (refusingStatuses.has(httpStatus)) return new CarrierRefused(`HTTP ${httpStatus}`, why);
  return new CarrierOutcomeUnknown(`HTTP ${httpStatus} without a call that can be read`);
}

function toSendingError(error: unknown): unknown {
  if (!(error instanceof RestFailed)) return error;
  if (error.nothingSent)
    return new CarrierRefused(error.message, { code: null, httpStatus: null, kind: 'unreachable' });
  return new CarrierOutcomeUnknown(error.message, { cause: error });
}

async function create(options: PlacingOptions, form: Form, triesLeft: number): Promise<RestAnswer> {
  const { rest, clock, rateRetries } = options;
  const path = `/2010-04-01/Accounts/${options.accountSid}/Calls.json`;
  const answer = await rest({ method: 'POST', path, form, timeoutMs: createTimeoutMs });
  const retryAfterSeconds = answer.retryAfterSeconds ?? 0;
  if (!rateRetries || triesLeft < 1 || answer.httpStatus !== 429) return answer;
  if (retryAfterSeconds > longestRetryAfterSeconds) return answer;
  const doublings = rateRetries.times - triesLeft;
  await waitFor(clock, retryAfterSeconds * 1000 + rateRetries.random.fraction() * backOffMs * 2 ** doublings);
  return create(options, form, triesLeft - 1);
}

async function createOnce(options: PlacingOptions, form: Form) {
  let answer: RestAnswer;
  try {
    answer = await create(options, form, options.rateRetries?.times ?? 0);
  } catch (error) {
    throw toSendingError(error);
  }
  const placed = parsePlacedCall(answer);
  if (!placed) throw toPlacingError(answer);
  return placed;
}

export function createPlaceCall(options: PlacingOptions): Carrier['placeCall'] {
  const { log } = options;
  return async (order) => {
    const form = toCreateForm(order, options);
    const pii = { to: order.to, from: order.from, url: form.Url };
    try {
      const placed = await createOnce(options, form);
      log.info({ carrierSid: placed.carrierSid, status: placed.status, pii }, 'Twilio took the call');
      return placed;
    } catch (error) {
      if (error instanceof CarrierRefused) {
        const { carrierCode, httpStatus, message } = error;
        log.warn({ carrierCode, httpStatus, pii: { ...pii, message } }, 'Twilio refused the call');
      } else {
        log.warn({ pii }, 'it is not known whether Twilio took the call');
      }
      throw error;
    }
  };
}
