/** `/v1/limits`: how much there is, how much of it is taken, and what is left. */
import type { FastifyInstance } from 'fastify';
import { reachOf } from '../../account/principal.ts';
import { findClient } from '../../store/clients.ts';
import { whoAsks } from '../authorize.ts';
import { limitsQuerySchema } from '../contract/stats.ts';
import { notFound, parseOrProblem } from '../problem.ts';
import { type LimitParts, type Limits, readLimits } from '../read-limits.ts';

export type { LimitParts } from '../read-limits.ts';

export function limitRoutes(parts: LimitParts) {
  return async (app: FastifyInstance): Promise<void> => {
    const reading = { config: { permission: 'stats:read' } } as const;
    app.get('/v1/limits', reading, async (request): Promise<Limits> => {
      const principal = whoAsks(request);
      const { client_id: asked } = parseOrProblem(limitsQuerySchema, request.query);
      const reach = reachOf(principal);
      const clientId = asked ?? principal.clientId;
      if (asked !== undefined && !(await findClient(parts.store.db, reach, asked))) throw notFound('client');
      return readLimits(parts, { reach, clientId });
    });
  };
}
