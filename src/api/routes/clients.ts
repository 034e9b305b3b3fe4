/** `/v1/clients`: the tenants, their caller ids, variables and limits. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { AccountParts } from '../../account/log-in.ts';
import { changeClient, createClient, removeClient } from '../../account/manage-clients.ts';
import { type Asker, reachOf } from '../../account/principal.ts';
import { type ClientWithEmail, findClient, listClients } from '../../store/clients.ts';
import { withAccountProblems } from '../account-problems.ts';
import { answerPost } from '../answer-post.ts';
import { whoAsks } from '../authorize.ts';
import {
  type ClientLimits,
  type ClientResource,
  createClientSchema,
  listClientsQuerySchema,
  updateClientSchema,
} from '../contract/clients.ts';
import { fromCursor } from '../cursor.ts';
import { toPage } from '../page.ts';
import { notFound, parseOrProblem } from '../problem.ts';

const idCursor = z.tuple([z.string().regex(/^\w{1,100}$/)]);
const reading = { config: { permission: 'clients:read' } } as const;
const writing = { config: { permission: 'clients:write' } } as const;

type ById = { Params: { id: string } };

const askerOf = (request: FastifyRequest): Asker => ({ principal: whoAsks(request), requestId: request.id });

export function clientRoutes(parts: AccountParts) {
  const { db } = parts.store;

  return async (app: FastifyInstance): Promise<void> => {
    app.get('/v1/clients', reading, async (request) => {
      const { limit, cursor, status } = parseOrProblem(listClientsQuerySchema, request.query);
      const afterId = cursor === undefined ? null : fromCursor(cursor, idCursor)[0];
      const filter = { reach: reachOf(whoAsks(request)), status };
      const rows = await listClients(db, filter, { limit: limit + 1, afterId });
      return toPage(rows, limit, { show: toClientResource, cursor: ({ id }) => [id] });
    });

    app.post('/v1/clients', writing, (request, reply) =>
      answerPost(parts, { request, reply }, () =>
        withAccountProblems(async () => {
          const { email, password, ...wanted } = parseOrProblem(createClientSchema, request.body);
          const login = email === undefined || password === undefined ? null : { email, password };
          const client = await createClient(parts, askerOf(request), { ...wanted, login });
          return { status: 201, body: toClientResource(client), headers: { location: `/v1/clients/${client.id}` } };
        }),
      ),
    );

    app.get<ById>('/v1/clients/:id', reading, async (request) => {
      const client = await findClient(db, reachOf(whoAsks(request)), idOr404(request.params.id));
      if (!client) throw notFound('client');
      return toClientResource(client);
    });

    app.patch<ById>('/v1/clients/:id', writing, async (request) => {
      const changes = parseOrProblem(updateClientSchema, request.body);
      const id = idOr404(request.params.id);
      const client = await withAccountProblems(() => changeClient(parts, askerOf(request), { id, changes }));
      if (!client) throw notFound('client');
      return toClientResource(client);
    });

    app.delete<ById>('/v1/clients/:id', writing, async (request, reply) => {
      if (!(await removeClient(parts, askerOf(request), idOr404(request.params.id)))) throw notFound('client');
      return reply.code(204).send();
    });
  };
}

function idOr404(id: string): string {
  if (!/^\w{1,100}$/.test(id)) throw notFound('client');
  return id;
}

function toClientResource(row: ClientWithEmail): ClientResource {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    status: row.status as ClientResource['status'],
    twilio_phone_number: row.twilio_phone_number,
    elevenlabs_agent_id: row.elevenlabs_agent_id,
    profile: row.profile as ClientResource['profile'],
    limits: row.limits as ClientLimits,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}
