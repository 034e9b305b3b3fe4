/** The HTTP application: request forms, `/v1`, health; errors in each one's own shape. */
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerFactory,
} from 'fastify';
import type { NewId } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import { type Access, isAllowed } from './authorize.ts';
import { type OutboundCallParts, outboundCall } from './dialects/outbound-call.ts';
import { acceptJson } from './parse-json.ts';
import { ProblemError, sendProblem, toProblem, unauthorized } from './problem.ts';
import { callRoutes } from './routes/calls.ts';
import { healthRoutes } from './routes/health.ts';
import { type LiveParts, liveRoutes } from './routes/live.ts';

export interface ApiParts extends LiveParts {
  newId: NewId;
  log: Logger;
  access: Access;
  outboundCall: Omit<OutboundCallParts, 'store' | 'clock' | 'log' | 'access'>;
  whyNotReady(): Promise<string | null>;
  serverFactory: FastifyServerFactory;
}

const largestBody = 100 * 1024;

const withOurHeaders = (request: FastifyRequest, reply: FastifyReply) =>
  reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');

export function createApi(parts: ApiParts): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: largestBody,
    genReqId: () => parts.newId('req'),
    serverFactory: parts.serverFactory,
    routerOptions: { maxParamLength: 1000 },
    forceCloseConnections: true,
    // A path that cannot be read, or is too long, is answered before any route and hook.
    frameworkErrors: (error, request, reply) => sendProblem(error, request, withOurHeaders(request, reply)),
  });
  acceptJson(app);
  app.addHook('onRequest', async (request, reply) => {
    withOurHeaders(request, reply);
  });
  app.setErrorHandler((error: Error, request, reply) => {
    if (toProblem(error).status >= 500) {
      parts.log.error({ requestId: request.id, reason: error.message }, 'request failed');
    }
    return sendProblem(error, request, reply);
  });
  app.setNotFoundHandler((request, reply) => {
    const detail = `There is no ${request.method} ${request.url.split('?')[0]}.`;
    const problem = { status: 404, code: 'request/not-found', title: 'Not found', detail };
    return sendProblem(new ProblemError(problem), request, reply);
  });
  const { store, clock, log, access } = parts;
  app.register(healthRoutes(parts));
  app.register(outboundCall({ ...parts.outboundCall, store, clock, log, access }));
  app.register(async (v1) => {
    v1.addHook('onRequest', async (request) => {
      if (!isAllowed(access, request)) throw unauthorized();
    });
    v1.register(callRoutes(parts));
    v1.register(liveRoutes(parts));
  });
  return app;
}
