/** Any language model behind OpenAI's chat completions protocol, streamed. */
import { type Clock, waitFor } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { LanguageModel, ReplyPart, ReplyRequest } from '../../ports/language-model.ts';
import { LanguageModelFailed } from '../../ports/language-model.ts';
import { toRefusal, toUnreachable } from './failures.ts';
import { readReply } from './read-reply.ts';
import { toRequestBody } from './to-request-body.ts';
import { createWatchdog, type Watchdog } from './watchdog.ts';

export interface OpenAiOptions {
  apiKey: string;
  /** Up to and including `/v1`. */
  baseUrl: string;
  model: string;
  fetch: typeof globalThis.fetch;
  clock: Clock;
  log: Logger;
  /** From the request to the first token, a second attempt included; default 3000. */
  firstTokenMs?: number;
  /** Between two tokens; default 2000. */
  betweenTokensMs?: number;
  /** All the time spent waiting for the vendor in one reply; default 20000. */
  totalMs?: number;
}

type Settled = Required<OpenAiOptions>;

const retryDelayMs = 200;

export function createOpenAiLanguageModel(options: OpenAiOptions): LanguageModel {
  const settled = { firstTokenMs: 3000, betweenTokensMs: 2000, totalMs: 20_000, ...options };
  return { name: `openai:${options.model}`, reply: (request) => streamReply(settled, request) };
}

/** Asks once, and once more when that could help and nothing has been said yet. */
async function* streamReply(options: Settled, request: ReplyRequest): AsyncGenerator<ReplyPart> {
  if (request.signal.aborted) return;
  const { clock, totalMs, firstTokenMs } = options;
  const watchdog = createWatchdog({ clock, totalMs, signal: request.signal });
  const startedAtMs = clock.monotonicMs();
  const body = toRequestBody(options.model, request);
  let begun = false;
  let read = false;
  try {
    watchdog.expect('first token', firstTokenMs);
    for (let attempt = 1; ; attempt += 1) {
      try {
        for await (const part of ask(options, body, watchdog)) {
          begun = true;
          yield part;
        }
        read = true;
        return;
      } catch (error) {
        if (request.signal.aborted) return;
        const failure = watchdog.failure ?? toFailure(error);
        const waitMs = error instanceof AskAgainLater ? error.waitMs : retryDelayMs;
        const fits = clock.monotonicMs() - startedAtMs + waitMs < firstTokenMs;
        if (begun || attempt > 1 || !failure.retryable || !fits) throw failure;
        options.log.info({ code: failure.code, waitMs }, 'asking the language model once more');
        await waitFor(clock, waitMs, watchdog.signal);
      }
    }
  } finally {
    watchdog.stop({ read });
  }
}

async function* ask(options: Settled, request: string, watchdog: Watchdog): AsyncGenerator<ReplyPart> {
  const { betweenTokensMs, apiKey, log } = options;
  const body = await connect(options, request, watchdog.signal);
  let badEvents = 0;
  const onBadEvent = () => {
    badEvents += 1;
  };
  try {
    yield* readReply({ body, watchdog, betweenTokensMs, apiKey, onBadEvent });
  } finally {
    if (badEvents > 0) log.warn({ badEvents }, 'the language model sent events that make no sense');
  }
}

async function connect(options: Settled, body: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  const url = `${options.baseUrl.replace(/\/+$/u, '')}/chat/completions`;
  const headers = {
    authorization: `Bearer ${options.apiKey}`,
    'content-type': 'application/json',
    accept: 'text/event-stream',
  };
  const response = await options
    .fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' })
    .catch((error: unknown) => {
      throw toUnreachable(error);
    });
  if (!response.ok) {
    const failure = await toRefusal(response, options.apiKey);
    throw failure.retryable ? new AskAgainLater(failure, toWaitMs(response.headers)) : failure;
  }
  const type = response.headers.get('content-type') ?? '';
  if (!response.body || /^(text\/html|application\/json)/iu.test(type)) {
    await response.body?.cancel();
    throw new LanguageModelFailed('llm/refused', `The language model answered with ${type || 'nothing'}.`, false);
  }
  return response.body;
}

/** A refusal that says how long to wait before asking again. */
class AskAgainLater extends LanguageModelFailed {
  readonly waitMs: number;
  constructor(failure: LanguageModelFailed, waitMs: number) {
    super('llm/unavailable', failure.message, true);
    this.waitMs = waitMs;
  }
}

/** `retry-after-ms`, or `retry-after` in seconds; a date or nothing gives our own short wait. */
function toWaitMs(headers: Headers): number {
  const ms = Number(headers.get('retry-after-ms') ?? Number.NaN);
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  const asked = Number.isFinite(ms) ? ms : seconds * 1000;
  return Number.isFinite(asked) ? Math.max(asked, retryDelayMs) : retryDelayMs;
}

function toFailure(error: unknown): LanguageModelFailed {
  if (error instanceof LanguageModelFailed) return error;
  return new LanguageModelFailed('llm/broken-stream', 'The connection to the language model broke.', true);
}
