/** `/healthz`: the process serves. `/readyz`: it can take calls. */
import type { FastifyInstance } from 'fastify';

export function healthRoutes(parts: { whyNotReady(): Promise<string | null> }) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get('/healthz', async () => ({ status: 'ok' }));
    app.get('/readyz', async (_request, reply) => {
      const why = await parts.whyNotReady();
      if (why !== null) return reply.code(503).send({ status: 'not ready', why });
      return { status: 'ready' };
    });
  };
}
