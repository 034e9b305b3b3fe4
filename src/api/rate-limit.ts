/** How many requests one asker may make a minute: each client its own share, the operator's own people far more. */
import { normalizeIP } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ProblemError } from './problem.ts';

export interface RateLimitOptions {
  /** Requests that only read, of one client, or of one address that nobody is known for. */
  requestsPerMinute: number;
  /** Whether no phone here is real and nobody else can reach this server. */
  isSandbox: boolean;
}

/** Requests that change something cost more: a call, a hash, a transaction. */
const changesAreDearer = 5;
/** The operator's own programs are trusted; a runaway loop is stopped all the same. */
const forTheOperator = 100;

/**
 * Counts the requests of this part of the application, once it is known who asks and before a body is read. The
 * plugin `@fastify/rate-limit` must be there. Askers hear of what is left in `RateLimit-*`, of a 429 in `Retry-After`.
 */
export function limitRequests(app: FastifyInstance, { requestsPerMinute, isSandbox }: RateLimitOptions): void {
  const limitTo = (most: number) =>
    app.rateLimit({
      timeWindow: 60_000,
      keyGenerator: whoseShare,
      max: (request) => Math.max(1, Math.floor(isTheOperators(request, isSandbox) ? most * forTheOperator : most)),
      errorResponseBuilder: (_request, { max }) => tooManyRequests(max),
    });
  const reading = limitTo(requestsPerMinute);
  const changing = limitTo(requestsPerMinute / changesAreDearer);
  app.addHook('preParsing', async (request, reply) => {
    const isReading = request.method === 'GET' || request.method === 'HEAD';
    await (isReading ? reading : changing).call(app, request, reply);
  });
}

/** All keys and users of a client share; where nobody is known, those of one address do. */
function whoseShare({ principal, ip }: FastifyRequest): string {
  if (!principal || principal.kind === 'playground') return `address ${normalizeIP(ip)}`;
  return principal.clientId === null ? `${principal.kind} ${principal.id}` : `client ${principal.clientId}`;
}

/** A form that is open to everyone lets in those of whom nothing is known, too. */
function isTheOperators({ principal }: FastifyRequest, isSandbox: boolean): boolean {
  if (!principal || principal.clientId !== null) return false;
  return principal.kind !== 'playground' || isSandbox;
}

function tooManyRequests(most: number): ProblemError {
  const detail = `You may make ${most} such requests a minute.`;
  return new ProblemError({ status: 429, code: 'request/rate-limited', title: 'Too many requests', detail });
}
