/** One try to tell a webhook of an event. */
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { GuardedFetch } from '../base/guarded-fetch.ts';
import { signWebhook } from '../base/sign-webhook.ts';
import type { EventRow } from '../store/events.ts';
import type { WebhookTry } from '../store/node-tables.ts';
import type { ClaimedDelivery } from '../store/webhook-deliveries.ts';
import type { WebhookRow } from '../store/webhooks.ts';

export interface SendParts {
  clock: Clock;
  guardedFetch: GuardedFetch;
  /** The call of an event as the API shows calls. */
  showCall(call: Record<string, unknown>): unknown;
}

/** From looking up the name to the last byte of the answer. */
export const sendLimitMs = 15_000;
const mostBytes = 64 * 1024;
/** So much of an answer is kept, for whoever looks why a delivery failed. */
const keptCharacters = 500;

/** Never rejects: whatever goes wrong is what the try came to. */
export async function sendWebhook(
  parts: SendParts,
  { webhook, event, call }: ClaimedDelivery,
  signal?: AbortSignal,
): Promise<WebhookTry> {
  const { clock, guardedFetch } = parts;
  const [atMs, startedMs] = [clock.now(), clock.monotonicMs()];
  const tried = (came: Pick<WebhookTry, 'status' | 'error' | 'answer'>): WebhookTry => ({
    at: new Date(atMs).toISOString(),
    duration_ms: Math.round(clock.monotonicMs() - startedMs),
    ...came,
  });
  try {
    const body = JSON.stringify(toBody(event, call === null ? null : parts.showCall(call)));
    const { status, body: answer } = await guardedFetch({
      ...{ url: webhook.url, method: 'POST', body, limitMs: sendLimitMs, mostBytes },
      ...(signal ? { signal } : {}),
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'Callwright-Webhooks',
        ...signWebhook({ id: event.id, atMs, body }, secretsOf(webhook, atMs)),
      },
    });
    return tried({ status, error: errorOf(status), answer: toKept(answer) });
  } catch (error) {
    return tried({ status: null, error: messageOf(error).slice(0, keptCharacters), answer: '' });
  }
}

export function toBody(event: EventRow, call: unknown) {
  return {
    type: event.type,
    timestamp: event.at.toISOString(),
    data: { ...(event.data as Record<string, unknown>), call_id: event.call_id, ...(call === null ? {} : { call }) },
  };
}

/** The newest first; the one before it for a time after it was replaced. */
function secretsOf(webhook: WebhookRow, nowMs: number): string[] {
  const { secret, previous_secret, previous_secret_until: until } = webhook;
  return previous_secret !== null && until !== null && until.getTime() > nowMs ? [secret, previous_secret] : [secret];
}

function errorOf(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  return status >= 300 && status < 400
    ? 'The endpoint redirects; set its new URL.'
    : `The endpoint answered ${status}.`;
}

/** Text that the database can hold. */
const toKept = (answer: Buffer) =>
  answer
    .subarray(0, 4 * keptCharacters)
    .toString()
    .replaceAll('\0', '')
    .toWellFormed()
    .slice(0, keptCharacters)
    .toWellFormed();
