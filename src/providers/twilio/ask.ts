/** Asks Twilio's REST API for what may be asked twice: no usable answer means that it is unavailable. */
import type { Logger } from '../../base/log.ts';
import { CarrierUnavailable } from '../../ports/carrier.ts';
import { parseRefusal } from './call-resource.ts';
import { type RestAnswer, type RestClient, RestFailed, type RestRequest } from './rest-client.ts';

const timeoutMs = 5_000;

/** @throws CarrierUnavailable when no whole answer comes within 5 s */
export async function ask(rest: RestClient, request: Omit<RestRequest, 'timeoutMs'>): Promise<RestAnswer> {
  try {
    return await rest({ ...request, timeoutMs });
  } catch (error) {
    throw error instanceof RestFailed ? new CarrierUnavailable(error.message) : error;
  }
}

/** What to throw for an answer that helps nobody. */
export function toUnavailable(log: Logger, answer: RestAnswer): CarrierUnavailable {
  const refusal = parseRefusal(answer);
  const fields = { httpStatus: answer.httpStatus, carrierCode: refusal?.code ?? null };
  log.warn({ ...fields, pii: { message: refusal?.message } }, 'Twilio gave no usable answer');
  return new CarrierUnavailable(refusal?.message ?? `HTTP ${answer.httpStatus} with a body that cannot be read`);
}

/** A bare 404 can be a proxy's; only Twilio's own means that there is no such thing. */
export function isTwilioNotFound(answer: RestAnswer): boolean {
  return answer.httpStatus === 404 && parseRefusal(answer)?.code === 20404;
}
