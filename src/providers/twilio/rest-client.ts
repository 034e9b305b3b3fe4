/** One request to Twilio's REST API: who we are, how long we wait, and what a failure proves. */
import type { Clock } from '../../base/clock.ts';
import { CallwrightError, messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { nothingWasSent } from './nothing-was-sent.ts';

export interface RestOptions {
  accountSid: string;
  authToken: string;
  /** Without a trailing slash. */
  apiBaseUrl: string;
  fetch: typeof globalThis.fetch;
  clock: Clock;
  log: Logger;
}

export interface RestRequest {
  method: 'GET' | 'POST' | 'DELETE';
  /** Path and query from the API's root; a query can name people and is never logged. */
  path: string;
  /** Fields of the form body; a list becomes the same name repeated. */
  form?: Record<string, string | number | readonly string[]>;
  timeoutMs: number;
}

export interface RestAnswer {
  httpStatus: number;
  /** The JSON of the body; undefined when there is none or it is something else. */
  body: unknown;
  /** What `Retry-After` says in whole seconds; null without it. */
  retryAfterSeconds: number | null;
  /** The `Date` of the answer as it stands; null without it. */
  date: string | null;
}

/** No whole answer came back. */
export class RestFailed extends CallwrightError {
  /** True when it is proven that Twilio saw nothing of the request. */
  readonly nothingSent: boolean;
  constructor(message: string, cause: unknown) {
    super('carrier/no-answer', message, { cause });
    this.nothingSent = nothingWasSent(cause);
  }
}

export type RestClient = (request: RestRequest) => Promise<RestAnswer>;

/** A page of 200 calls takes about 400 kB. */
const longestAnswer = 4_194_304;

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > longestAnswer) throw new CallwrightError('carrier/answer-too-long', 'the answer is too long');
  }
  return text + decoder.decode();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toFormBody(form: NonNullable<RestRequest['form']>): string {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(form)) {
    for (const one of Array.isArray(value) ? value : [value]) body.append(name, String(one));
  }
  return body.toString();
}

async function readAnswer(response: Response): Promise<RestAnswer> {
  const retryAfter = response.headers.get('retry-after') ?? '';
  return {
    httpStatus: response.status,
    body: parseJson(await readText(response)),
    retryAfterSeconds: /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : null,
    date: response.headers.get('date'),
  };
}

/** Why a request failed, in the words of what lies at the bottom; several failed addresses come without words. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (!(cause instanceof Error)) return messageOf(error);
  return cause.message || String('code' in cause ? cause.code : cause.name);
}

export function authorizationOf({ accountSid, authToken }: Pick<RestOptions, 'accountSid' | 'authToken'>): string {
  return `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
}

/** Makes requests, each once: nothing is repeated here. Failing to get a whole answer throws {@link RestFailed}. */
export function createRestClient(options: RestOptions): RestClient {
  const { clock, log } = options;
  const authorization = authorizationOf(options);
  return async (request) => {
    const abort = new AbortController();
    const stopTimer = clock.startTimer(request.timeoutMs, () =>
      abort.abort(new Error(`no answer within ${request.timeoutMs} ms`)),
    );
    const startedAtMs = clock.monotonicMs();
    const fields = { method: request.method, resource: request.path.split('?')[0] };
    try {
      const response = await options.fetch(`${options.apiBaseUrl}${request.path}`, {
        method: request.method,
        headers: {
          authorization,
          accept: 'application/json',
          ...(request.form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
        },
        ...(request.form ? { body: toFormBody(request.form) } : {}),
        // A redirect would carry our credentials to another place.
        redirect: 'manual',
        signal: abort.signal,
      });
      const answer = await readAnswer(response);
      const tookMs = Math.round(clock.monotonicMs() - startedAtMs);
      log.debug({ ...fields, httpStatus: answer.httpStatus, tookMs }, 'Twilio answered');
      return answer;
    } catch (error) {
      const failure = new RestFailed(reasonOf(error), error);
      const tookMs = Math.round(clock.monotonicMs() - startedAtMs);
      log.warn(
        { ...fields, reason: failure.message, nothingSent: failure.nothingSent, tookMs },
        'Twilio did not answer',
      );
      throw failure;
    } finally {
      stopTimer();
    }
  };
}
