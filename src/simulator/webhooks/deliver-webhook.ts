/** Sends one webhook as Twilio does: signed, within its time budget, tried again and redirected by the rules. */
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Random } from '../../base/random.ts';
import { note, type SimulatedCallRecord, type WebhookLog } from '../call-record.ts';
import { withDeadline } from '../deadline.ts';
import { type Outside, OutsideUnreachable, type WebhookResponse } from '../outside.ts';
import { signTwilioRequest, toSignedUrl } from '../twilio-signature.ts';
import { parseConnectionOverrides, type RetryCause } from './connection-overrides.ts';

export interface Webhook {
  kind: WebhookLog['kind'];
  method: 'GET' | 'POST';
  /** Absolute; may carry connection overrides in its fragment. */
  url: string;
  parameters: Record<string, string>;
  /** The same for every try of the same event. */
  idempotencyToken: string;
  /** Number of the first try, above 1 for a duplicate. */
  firstAttempt?: number;
}

export type WebhookResult =
  /** An answer below 400; `url` is where it came from in the end. */
  | { ok: true; response: WebhookResponse; url: string }
  /** In Twilio's error codes: 11200 bad status or no answer in time, 11205 no connection, and so on. */
  | { ok: false; code: number; message: string; aborted: boolean };

export interface WebhookSender {
  clock: Clock;
  outside: Outside;
  authToken: string;
  record: SimulatedCallRecord;
  /** Told of every finished try. */
  onFinished(log: WebhookLog): void;
}

type Try = { result: WebhookResult; retryCause: RetryCause | null };

const mostRedirects = 10;

export function newIdempotencyToken(random: Random): string {
  const hex = Buffer.from(random.bytes(16)).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Never throws: an endpoint that fails is a result. */
export async function deliverWebhook(
  sender: WebhookSender,
  webhook: Webhook,
  signal: AbortSignal,
): Promise<WebhookResult> {
  const overrides = parseConnectionOverrides(webhook.url);
  const startedAtMs = sender.clock.monotonicMs();
  const firstAttempt = webhook.firstAttempt ?? 1;
  for (let retry = 0; ; retry += 1) {
    const leftMs = overrides.totalMs - (sender.clock.monotonicMs() - startedAtMs);
    const budgetMs = Math.min(leftMs, overrides.connectMs + overrides.readMs);
    const budget = { connectMs: overrides.connectMs, budgetMs, attempt: firstAttempt + retry };
    const { result, retryCause } = await tryOnce(sender, webhook, { ...budget, signal });
    const mayRetry = retryCause !== null && overrides.retryOn.has(retryCause) && retry < overrides.retries;
    const spentMs = sender.clock.monotonicMs() - startedAtMs;
    if (!mayRetry || signal.aborted || spentMs >= overrides.totalMs) return result;
  }
}

/** Writes down a webhook that a planned fault keeps from being sent. */
export function noteDropped(sender: WebhookSender, webhook: Webhook): void {
  const log: WebhookLog = { ...toLog(sender, webhook, 1), failure: 'never sent', fault: 'drop' };
  sender.onFinished(note(sender.record.webhooks, log));
}

function toLog(sender: WebhookSender, { kind, method, url, parameters }: Webhook, attempt: number): WebhookLog {
  return {
    ...{ kind, method, url, parameters, attempt, sentAtMs: sender.clock.now() },
    ...{ answeredAtMs: null, status: null, body: null, failure: null, fault: null },
  };
}

interface TryBudget {
  connectMs: number;
  budgetMs: number;
  attempt: number;
  signal: AbortSignal;
}

async function tryOnce(sender: WebhookSender, webhook: Webhook, budget: TryBudget): Promise<Try> {
  const log = note(sender.record.webhooks, toLog(sender, webhook, budget.attempt));
  const outcome = await withDeadline({ clock: sender.clock, ms: budget.budgetMs, signal: budget.signal }, (signal) =>
    followRedirects(sender, webhook, { connectMs: budget.connectMs, signal }),
  ).catch((error: unknown) => error as Error);
  log.answeredAtMs = sender.clock.now();
  const tried = judge(outcome);
  if (!tried.result.ok) log.failure = tried.result.message;
  if (typeof outcome === 'object' && 'response' in outcome) {
    log.status = outcome.response.status;
    log.body = outcome.response.body.slice(0, 4096);
  }
  sender.onFinished(log);
  return tried;
}

function judge(outcome: { response: WebhookResponse; url: string } | 'timed-out' | 'aborted' | Error): Try {
  const failed = (code: number, message: string, retryCause: RetryCause | null): Try => ({
    result: { ok: false, code, message, aborted: outcome === 'aborted' },
    retryCause,
  });
  if (outcome === 'aborted') return failed(11200, 'no longer wanted', null);
  if (outcome === 'timed-out') return failed(11200, 'no answer in time', 'rt');
  if (outcome instanceof OutsideUnreachable) return failed(outcome.twilioCode, outcome.message, 'ct');
  if (outcome instanceof Error) return failed(11206, messageOf(outcome), 'ct');
  const { status } = outcome.response;
  if (status >= 300 && status < 400) return failed(11215, 'too many redirects', null);
  if (status >= 400) return failed(11200, `HTTP status ${status}`, status >= 500 ? '5xx' : '4xx');
  return { result: { ok: true, ...outcome }, retryCause: null };
}

interface Connection {
  connectMs: number;
  signal: AbortSignal;
}

/** 301, 302 and 303 are followed with GET and lose the parameters; 307 and 308 keep both. */
async function followRedirects(
  sender: WebhookSender,
  webhook: Webhook,
  connection: Connection,
): Promise<{ response: WebhookResponse; url: string }> {
  let { url, method } = webhook;
  let parameters = webhook.parameters;
  if (method === 'GET') {
    url = addToQuery(url, parameters);
    parameters = {};
  }
  for (let redirects = 0; ; redirects += 1) {
    const response = await send(sender, { ...webhook, url, method, parameters }, connection);
    const target = response.headers.location;
    const isRedirect = [301, 302, 303, 307, 308].includes(response.status) && target !== undefined;
    if (!isRedirect || redirects === mostRedirects) return { response, url };
    url = new URL(target, url).href;
    if (response.status < 307) {
      method = 'GET';
      parameters = {};
    }
  }
}

function addToQuery(url: string, parameters: Record<string, string>): string {
  const plain = toSignedUrl(url);
  const query = new URLSearchParams(parameters).toString();
  return query === '' ? plain : `${plain}${plain.includes('?') ? '&' : '?'}${query}`;
}

function send(sender: WebhookSender, webhook: Webhook, connection: Connection): Promise<WebhookResponse> {
  const { url, method, parameters } = webhook;
  const target = URL.parse(url);
  if (!target || !['http:', 'https:'].includes(target.protocol)) {
    throw new OutsideUnreachable(`not an http or https URL: ${url}`, 11206);
  }
  const credentials = `${decodeURIComponent(target.username)}:${decodeURIComponent(target.password)}`;
  return sender.outside.requestWebhook({
    method,
    url: toSignedUrl(url),
    headers: {
      accept: '*/*',
      'user-agent': 'TwilioProxy/1.1',
      'x-twilio-signature': signTwilioRequest(sender.authToken, url, parameters),
      'i-twilio-idempotency-token': webhook.idempotencyToken,
      ...(credentials === ':' ? {} : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }),
      ...(method === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' } : {}),
    },
    body: method === 'POST' ? new URLSearchParams(parameters).toString() : '',
    ...connection,
  });
}
