/** What the outside is told of a call that a rule forbids: the status, and when to come back. */
import type { DialRefused } from '../call/dial/dial-refused.ts';
import type { Answer } from './idempotency.ts';

/** What passes with time and is no rate all the same. */
const rulesThatPass: readonly string[] = ['dial/outside-calling-hours', 'dial/spend-cap'];

/** 429 for what asking later mends by itself; an hour that is not to be called at, or a day's cap, is a rule, not a rate. */
export function statusOfRefusal({ code, retryAfterSeconds }: DialRefused): 403 | 429 | 503 {
  // No rule forbids it: the server lacks what it takes, or the carrier does not take it.
  if (code === 'engine/no-vendor' || code === 'dial/carrier-unavailable') return 503;
  return retryAfterSeconds === null || rulesThatPass.includes(code) ? 403 : 429;
}

export function headersOfRefusal({ retryAfterSeconds }: DialRefused): Record<string, string> {
  return retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) };
}

/**
 * The answer of a request form, with a body of its own shape; `failure` is what the form says when the carrier does not
 * take a call, whether it was asked for this one or is known to take none.
 */
export function toRefusalAnswer(refused: DialRefused, body: object, failure: Answer): Answer {
  const headers = headersOfRefusal(refused);
  if (refused.code !== 'dial/carrier-unavailable') return { status: statusOfRefusal(refused), body, headers };
  return { status: failure.status, body: { ...(failure.body as object), code: refused.code }, headers, isLater: true };
}
