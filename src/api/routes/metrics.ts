/** `/metrics`: the server's own figures for Prometheus, for those who run it. */
import type { FastifyInstance } from 'fastify';
import { whoAsks } from '../authorize.ts';
import { ProblemError } from '../problem.ts';

export interface MetricsParts {
  /** Null, or left out, where none are kept. */
  metricsText?: (() => Promise<string>) | null;
}

export function metricsRoutes({ metricsText }: MetricsParts) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get('/metrics', { config: { permission: 'stats:read' } }, async (request, reply) => {
      if (whoAsks(request).clientId !== null) {
        const detail = 'These figures are of all clients together, for those who run the server.';
        throw new ProblemError({ status: 403, code: 'request/forbidden', title: 'Forbidden', detail });
      }
      if (!metricsText) {
        const detail = 'No figures are kept here: the server was started without METRICS=true.';
        throw new ProblemError({ status: 404, code: 'metrics/not-kept', title: 'Not found', detail });
      }
      return reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metricsText());
    });
  };
}
