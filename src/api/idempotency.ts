/** Lets a request that carries an `Idempotency-Key` be sent twice and be done once. */
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../base/clock.ts';
import { claimIdempotencyKey, keepResponse, releaseIdempotencyKey } from '../store/idempotency-keys.ts';
import type { Store } from '../store/open-store.ts';
import { ByteStream } from './byte-stream.ts';

export interface Answer {
  status: number;
  body: unknown;
  /** What is kept for a repeated request, where the body holds a secret. */
  keptBody?: unknown;
  headers?: Record<string, string>;
  /** JSON unless told. */
  type?: string;
  /** Nothing was done, and asking later may do it: the same key asks anew. So are 429 and 503 in any case. */
  isLater?: boolean;
}

const json = 'application/json; charset=utf-8';

/** Why a request with this key gets no answer of its own, and the status for it. */
export type KeyConflict = { status: 400 | 409 | 422; message: string };

export interface IdempotentRequest {
  /** The endpoint and who asks: the same key elsewhere is another key. */
  scope: string;
  request: FastifyRequest;
  reply: FastifyReply;
  /** The answer in the endpoint's own error shape. */
  toAnswer(conflict: KeyConflict): Answer;
  work(): Promise<Answer>;
}

const rememberedMs = 24 * 3600 * 1000;
const longestKey = 255;

/** Sends the answer of `work`, or the stored one of an earlier request with the same key and body. */
export async function answerOnce(
  parts: { store: Store; clock: Clock },
  once: IdempotentRequest,
): Promise<FastifyReply> {
  const key = once.request.headers['idempotency-key'];
  if (key === undefined) return send(once.reply, await once.work());
  if (typeof key !== 'string' || key === '' || key.length > longestKey) {
    const message = `Idempotency-Key must be 1 to ${longestKey} characters`;
    return send(once.reply, once.toAnswer({ status: 400, message }));
  }
  const requestHash = hashOf(once.request.body ?? null);
  // One client's keys are not another's, whichever form they use.
  const asker = once.request.principal;
  const use = { scope: `${asker?.clientId ?? asker?.kind ?? 'nobody'} ${once.scope}`, key };
  const now = parts.clock.now();
  const earlier = await parts.store.transaction((db) =>
    claimIdempotencyKey(db, { ...use, requestHash, now: new Date(now), forgetBefore: new Date(now - rememberedMs) }),
  );
  if (!earlier) return doAndKeep(parts, once, { ...use, requestHash });
  const isAnswered = earlier.response_status !== null;
  if (earlier.request_hash !== (isAnswered ? await wholeHash(once.request.body, requestHash) : requestHash)) {
    const message = 'this Idempotency-Key was used with another request body';
    return send(once.reply, once.toAnswer({ status: 422, message }));
  }
  if (earlier.response_status === null) {
    const message =
      'the first request with this Idempotency-Key has no answer: it is still in progress, or was broken off';
    return send(once.reply, once.toAnswer({ status: 409, message }));
  }
  return once.reply
    .code(earlier.response_status)
    .type(earlier.response_type ?? 'application/json')
    .header('idempotency-replayed', 'true')
    .send(earlier.response_body);
}

const hashOf = (body: unknown) => createHash('sha256').update(JSON.stringify(body, withoutPasswords)).digest('hex');

/** A body that is read piece by piece is known by its length alone until all of it has been read. */
const wholeHash = async (body: unknown, hash: string): Promise<string> =>
  body instanceof ByteStream ? hashOf([body, await body.digest()]) : hash;

/** A fast hash of a password must not be kept. */
function withoutPasswords(name: string, value: unknown): unknown {
  return name === 'password' ? undefined : value;
}

async function doAndKeep(
  parts: { store: Store },
  once: IdempotentRequest,
  use: { scope: string; key: string; requestHash: string },
): Promise<FastifyReply> {
  const answer = await once.work();
  // An answer that says "later" must not be the answer for a day.
  if (answer.isLater || answer.status === 429 || answer.status === 503)
    await releaseIdempotencyKey(parts.store.db, use);
  else {
    const body = JSON.stringify(answer.keptBody ?? answer.body);
    const requestHash = await wholeHash(once.request.body, use.requestHash);
    await keepResponse(parts.store.db, use, { requestHash, status: answer.status, body, type: answer.type ?? json });
  }
  return send(once.reply, answer);
}

function send(reply: FastifyReply, answer: Answer): FastifyReply {
  return reply
    .code(answer.status)
    .headers(answer.headers ?? {})
    .type(answer.type ?? json)
    .send(JSON.stringify(answer.body));
}
