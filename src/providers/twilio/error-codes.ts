/** Twilio's error codes and SIP answers: what they mean, what to do, and whether to call again. */
import { callErrorCodes } from './call-error-codes.ts';
import type { ErrorAdvice } from './error-advice.ts';
import { restErrorCodes } from './rest-error-codes.ts';

export type { ErrorAdvice } from './error-advice.ts';

/**
 * Every code we know, from Twilio's error dictionary.
 * @see https://www.twilio.com/docs/api/errors (read November 2026)
 */
export const errorCodes: ReadonlyMap<number, ErrorAdvice> = new Map(
  Object.entries({ ...restErrorCodes, ...callErrorCodes }).map(([code, advice]) => [Number(code), advice]),
);

/** What came of a call, told from the SIP answer of the network that carried it. */
export type SipOutcome =
  | 'answered'
  | 'busy'
  | 'no_answer'
  | 'canceled'
  | 'declined'
  | 'bad_number'
  | 'forbidden'
  | 'carrier_trouble'
  | 'unknown';

const sipOutcomes: ReadonlyMap<number, SipOutcome> = new Map([
  [200, 'answered'],
  [403, 'forbidden'],
  [404, 'bad_number'],
  [408, 'no_answer'],
  [410, 'bad_number'],
  [480, 'no_answer'],
  [484, 'bad_number'],
  [486, 'busy'],
  [487, 'canceled'],
  [600, 'busy'],
  [603, 'declined'],
  [604, 'bad_number'],
  [607, 'declined'],
  [608, 'declined'],
]);

/** The outcome a SIP status tells; 487 is a call that was given up while it rang, by us or by the ring limit. */
export function outcomeOfSipCode(sipCode: number): SipOutcome {
  if (sipCode >= 500 && sipCode <= 599) return 'carrier_trouble';
  return sipOutcomes.get(sipCode) ?? 'unknown';
}
