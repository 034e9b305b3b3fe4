/** Errors of `/v1` as RFC 9457 problem details. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { CallwrightError } from '../base/errors.ts';

export interface Problem {
  status: number;
  code: string;
  title: string;
  detail: string;
  errors?: { field: string; message: string }[];
}

/** An error that knows its HTTP answer. */
export class ProblemError extends CallwrightError {
  readonly problem: Problem;
  readonly headers: Record<string, string>;
  constructor(problem: Problem, headers: Record<string, string> = {}) {
    super(problem.code as `${string}/${string}`, problem.detail);
    this.problem = problem;
    this.headers = headers;
  }
}

export const notFound = (what: string) =>
  new ProblemError({ status: 404, code: 'request/not-found', title: 'Not found', detail: `There is no such ${what}.` });

export const unauthorized = () =>
  new ProblemError({
    status: 401,
    code: 'request/unauthorized',
    title: 'Unauthorized',
    detail: 'Send a valid key in the header Authorization: Bearer <key>.',
  });

/** @throws ProblemError 400 that names each field that is wrong */
export function parseOrProblem<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map((issue) => ({ field: issue.path.join('.'), message: issue.message }));
  const detail = errors.map((error) => (error.field ? `${error.field}: ${error.message}` : error.message)).join('; ');
  throw new ProblemError({ status: 400, code: 'request/invalid', title: 'Invalid request', detail, errors });
}

/** What a framework's or unforeseen error is to the outside: never its inner words when it is our fault. */
export function toProblem(error: FastifyError | Error): Problem {
  if (error instanceof ProblemError) return error.problem;
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
  if (status >= 400 && status < 500) {
    return { status, code: `request/${status}`, title: 'Invalid request', detail: error.message };
  }
  const isAway = error instanceof CallwrightError && error.code.startsWith('store/');
  return isAway
    ? { status: 503, code: 'server/unavailable', title: 'Unavailable', detail: 'The database is not reachable now.' }
    : {
        status: 500,
        code: 'server/fault',
        title: 'Server fault',
        detail: 'This is a fault of the server; it is logged.',
      };
}

export const problemType = 'application/problem+json';

export const toProblemBody = (problem: Problem, request: FastifyRequest) => ({
  type: 'about:blank',
  ...problem,
  request_id: request.id,
});

export function sendProblem(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = toProblem(error);
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  if (error instanceof ProblemError) reply.headers(error.headers);
  return reply.code(problem.status).type(problemType).send(toProblemBody(problem, request));
}
