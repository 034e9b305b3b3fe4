/** Answers a POST of `/v1`: once for each Idempotency-Key, its problems included. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../base/clock.ts';
import type { Store } from '../store/open-store.ts';
import { whoAsks } from './authorize.ts';
import { type Answer, answerOnce } from './idempotency.ts';
import { type Problem, ProblemError, problemType, toProblemBody } from './problem.ts';

export function answerPost(
  parts: { store: Store; clock: Clock },
  exchange: { request: FastifyRequest; reply: FastifyReply },
  work: () => Promise<Answer>,
): Promise<FastifyReply> {
  const { request, reply } = exchange;
  const { kind, id } = whoAsks(request);
  const toAnswer = (problem: Problem, headers: Record<string, string> = {}): Answer => ({
    status: problem.status,
    body: toProblemBody(problem, request),
    type: problemType,
    headers,
  });
  return answerOnce(parts, {
    scope: `${kind}:${id} POST ${request.url}`,
    request,
    reply,
    toAnswer: ({ status, message }) =>
      toAnswer({ status, code: 'request/idempotency-key', title: 'Idempotency-Key refused', detail: message }),
    work: async () => {
      try {
        return await work();
      } catch (error) {
        if (error instanceof ProblemError) return toAnswer(error.problem, error.headers);
        throw error;
      }
    },
  });
}
