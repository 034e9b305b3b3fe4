/** The door of the client's own request forms: only those who belong to a client come in, and none without a name. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isPermitted, type Permission } from '../../account/principal.ts';
import { findClient } from '../../store/clients.ts';
import { onlyOf } from '../../store/reach.ts';
import type { Db } from '../../store/schema.ts';
import { type Access, principalOf } from '../authorize.ts';
import { unauthorized } from '../problem.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What one must be allowed to do for the client to use a route of its request forms. */
    needs?: Permission;
  }
}

/** A route that does not say what it needs stops the server from starting. */
export function letInClients(app: FastifyInstance, parts: { access: Access; db: Db }): void {
  app.addHook('onRoute', (route) => {
    if (route.config?.needs === undefined) throw new Error(`${route.method} ${route.url} names no permission`);
  });
  app.addHook('onRequest', async (request, reply) => {
    // Where the rest of a playground is open to everyone, this is not: there is no client to call for.
    const principal = request.headers.authorization === undefined ? null : await principalOf(parts.access, request);
    const requestId = request.id;
    if (principal?.role !== 'client' || principal.clientId === null) {
      return reply.code(401).header('www-authenticate', 'Bearer').send({ error: 'Unauthorized', requestId });
    }
    request.principal = principal;
    const { needs } = request.routeOptions.config;
    if (needs !== undefined && isPermitted(principal, needs)) return undefined;
    const isHere = await findClient(parts.db, onlyOf(principal.clientId), principal.clientId);
    if (!isHere) return reply.code(404).send({ error: 'Client not found', requestId });
    return reply.code(403).send({ error: `This needs the permission ${needs}`, requestId });
  });
}

/** @throws ProblemError 401 when nobody was let in */
export function clientOf(request: FastifyRequest): string {
  const clientId = request.principal?.clientId;
  if (!clientId) throw unauthorized();
  return clientId;
}
