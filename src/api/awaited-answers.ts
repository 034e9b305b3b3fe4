/** Has whatever a route does for its answer go before what nobody waits for. */
import type { FastifyInstance } from 'fastify';
import { whileAwaited } from '../store/urgency.ts';

/** In all routes that are mounted afterwards. What a request began and leaves behind is not hurried any more. */
export function hurryAnswers(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    const { handler } = route;
    route.handler = function (request, reply) {
      return whileAwaited('request', async () => handler.call(this, request, reply));
    };
  });
}
