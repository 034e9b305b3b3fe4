/** What a call that was refused before anybody was rung is over HTTP, whatever form its body has. */
import type { DialRefused } from '../call/dial/dial-refused.ts';
import type { Answer } from './idempotency.ts';

export function answerRefused({ code, retryAfterSeconds }: DialRefused, body: unknown): Answer {
  // No rule forbids it: the server lacks what it takes.
  if (code === 'engine/no-vendor') return { status: 503, body };
  if (retryAfterSeconds === null) return { status: 403, body };
  return { status: 429, body, headers: { 'retry-after': String(retryAfterSeconds) } };
}
