/** `/v1/tool-secret`: what signs the requests of one's HTTP tools, for whoever receives them. */
import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import { reachOf } from '../../account/principal.ts';
import { findClient } from '../../store/clients.ts';
import type { Store } from '../../store/open-store.ts';
import { whoAsks } from '../authorize.ts';
import { toolSecretQuerySchema, type toolSecretSchema } from '../contract/tools.ts';
import { notFound, parseOrProblem } from '../problem.ts';

export interface ToolSecretParts {
  store: Store;
  /** What signs the requests of this client's tools. */
  secretOf(clientId: string | null): string;
}

export function toolSecretRoutes({ store, secretOf }: ToolSecretParts) {
  // Whoever may write tools may learn what proves their requests; to read an assistant is not enough.
  const asking = { config: { permission: 'assistants:write' } } as const;

  return async (app: FastifyInstance): Promise<void> => {
    app.get('/v1/tool-secret', asking, async (request, reply): Promise<z.infer<typeof toolSecretSchema>> => {
      const asked = parseOrProblem(toolSecretQuerySchema, request.query);
      const principal = whoAsks(request);
      const clientId = asked.client_id ?? principal.clientId;
      if (clientId !== null && !(await findClient(store.db, reachOf(principal), clientId))) throw notFound('client');
      reply.header('cache-control', 'no-store');
      return { secret: secretOf(clientId) };
    });
  };
}
