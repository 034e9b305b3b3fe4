/** Asks a number's author, while it rings, who is to answer: within a time, and never more than a wish that is checked. */
import { z } from 'zod';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { FetchFailed, type GuardedAnswer, type GuardedRequest } from '../../base/guarded-fetch.ts';
import { signWebhook } from '../../base/sign-webhook.ts';

export interface InboundWebhook {
  url: string;
  timeout_ms: number;
}

export interface InboundWebhookParts {
  clock: Clock;
  guardedFetch: (request: GuardedRequest) => Promise<GuardedAnswer>;
  /** What signs requests to this client's services. */
  secretOf(clientId: string | null): string;
}

export interface AskedAbout {
  carrierSid: string;
  from: string;
  to: string;
  clientId: string | null;
  /** Who answers unless told otherwise. */
  assistantId: number;
}

export interface InboundWish {
  assistantId: number | null;
  variables: Record<string, unknown>;
  /** What the caller hears before they are hung up on; null: the call is taken. */
  reject: string | null;
}

/** `result`: `no_answer` is too late or not reached, `refused` an answer that cannot be used. */
export type AskedResult = 'answered' | 'no_answer' | 'refused';

export interface Asked {
  result: AskedResult;
  wish: InboundWish;
  /** Why its answer was not used. */
  detail: string | null;
  ms: number;
}

const mostBytes = 32 * 1024;
const longestDetail = 300;

export const usualRejection = 'We are sorry, your call cannot be taken now. Goodbye.';
const noWish: InboundWish = { assistantId: null, variables: {}, reject: null };

const storable = (value: unknown): boolean => {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, inner]) => storable(name) && storable(inner));
};

/** It comes from outside: what is not as it must be makes the whole of it worthless. */
const wishSchema = z.strictObject({
  assistant_id: z.int().min(1).max(2_147_483_647).nullish(),
  variables: z
    .record(z.string(), z.unknown())
    .refine(storable, 'must not hold U+0000 or half a character')
    .refine((value) => JSON.stringify(value).length <= 6000, 'may have 6000 characters as JSON')
    .nullish(),
  reject: z.union([z.boolean(), z.string().min(1).max(500).refine(storable)]).nullish(),
});

/** Never rejects, and never takes longer than it may: who does not answer in time has no wish. */
export async function askInboundWebhook(
  parts: InboundWebhookParts,
  { url, timeout_ms: limitMs }: InboundWebhook,
  about: AskedAbout,
): Promise<Asked> {
  const { clock, guardedFetch, secretOf } = parts;
  const startedMs = clock.monotonicMs();
  const came = (result: AskedResult, detail: string | null, wish = noWish): Asked => ({
    ...{ result, wish, ms: Math.round(clock.monotonicMs() - startedMs) },
    detail: detail?.slice(0, longestDetail) ?? null,
  });
  const body = JSON.stringify(toBody(about, clock.now()));
  const message = { id: `incoming_${about.carrierSid}`, atMs: clock.now(), body };
  try {
    const answer = await guardedFetch({
      ...{ url, method: 'POST', body, limitMs, mostBytes },
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'Callwright-Inbound',
        ...signWebhook(message, [secretOf(about.clientId)]),
      },
    });
    if (answer.status === 204) return came('answered', null);
    if (answer.status < 200 || answer.status >= 300) return came('no_answer', `It answered ${answer.status}.`);
    const read = readWish(answer.isCut ? '' : answer.body.toString());
    return 'wish' in read ? came('answered', null, read.wish) : came('refused', read.why);
  } catch (error) {
    const isSlow = error instanceof FetchFailed && error.code === 'fetch/too-slow';
    return came('no_answer', isSlow ? `It did not answer within ${limitMs} ms.` : messageOf(error));
  }
}

function toBody({ carrierSid, from, to, assistantId }: AskedAbout, nowMs: number) {
  const data = { carrier_sid: carrierSid, from, to, assistant_id: assistantId };
  return { type: 'call.incoming', timestamp: new Date(nowMs).toISOString(), data };
}

export function readWish(text: string): { wish: InboundWish } | { why: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { why: 'Its answer is no JSON of at most 32 kB.' };
  }
  const parsed = wishSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { why: `Its answer cannot be used: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}` };
  }
  const { assistant_id: assistantId, variables, reject } = parsed.data;
  const words = typeof reject === 'string' ? reject : reject === true ? usualRejection : null;
  return { wish: { assistantId: assistantId ?? null, variables: variables ?? {}, reject: words } };
}
