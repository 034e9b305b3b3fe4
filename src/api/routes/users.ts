/** `/v1/users`: who may log in, and what they may do. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { AccountParts } from '../../account/log-in.ts';
import { changeUser, createUser, removeUser } from '../../account/manage-users.ts';
import { reachOf } from '../../account/principal.ts';
import { findUser, listUsers, type UserRow } from '../../store/users.ts';
import { withAccountProblems } from '../account-problems.ts';
import { answerPost } from '../answer-post.ts';
import { whoAsks } from '../authorize.ts';
import { createUserSchema, listUsersQuerySchema, type UserResource, updateUserSchema } from '../contract/users.ts';
import { fromCursor } from '../cursor.ts';
import { toPage } from '../page.ts';
import { notFound, parseOrProblem } from '../problem.ts';

const idCursor = z.tuple([z.string().regex(/^\w{1,100}$/)]);
const reading = { config: { permission: 'users:read' } } as const;
const writing = { config: { permission: 'users:write' } } as const;

type ById = { Params: { id: string } };

export function userRoutes(parts: AccountParts) {
  const { db } = parts.store;

  return async (app: FastifyInstance): Promise<void> => {
    app.get('/v1/users', reading, async (request) => {
      const { limit, cursor, role, client_id } = parseOrProblem(listUsersQuerySchema, request.query);
      const afterId = cursor === undefined ? null : fromCursor(cursor, idCursor)[0];
      const filter = { reach: reachOf(whoAsks(request)), role, clientId: client_id };
      const rows = await listUsers(db, filter, { limit: limit + 1, afterId });
      return toPage(rows, limit, { show: toUserResource, cursor: ({ id }) => [id] });
    });

    app.post('/v1/users', writing, (request, reply) =>
      answerPost(parts, { request, reply }, () =>
        withAccountProblems(async () => {
          const { client_id, ...wanted } = parseOrProblem(createUserSchema, request.body);
          const asker = { principal: whoAsks(request), requestId: request.id };
          const user = await createUser(parts, asker, { ...wanted, clientId: client_id });
          return { status: 201, body: toUserResource(user), headers: { location: `/v1/users/${user.id}` } };
        }),
      ),
    );

    app.get<ById>('/v1/users/:id', reading, async (request) => {
      const user = await findUser(db, reachOf(whoAsks(request)), idOr404(request.params.id));
      if (!user) throw notFound('user');
      return toUserResource(user);
    });

    app.patch<ById>('/v1/users/:id', writing, async (request) => {
      const { is_active, ...rest } = parseOrProblem(updateUserSchema, request.body);
      const asker = { principal: whoAsks(request), requestId: request.id };
      const change = { id: idOr404(request.params.id), changes: { ...rest, isActive: is_active } };
      const user = await withAccountProblems(() => changeUser(parts, asker, change));
      if (!user) throw notFound('user');
      return toUserResource(user);
    });

    app.delete<ById>('/v1/users/:id', writing, async (request, reply) => {
      const asker = { principal: whoAsks(request), requestId: request.id };
      const id = idOr404(request.params.id);
      if (!(await withAccountProblems(() => removeUser(parts, asker, id)))) throw notFound('user');
      return reply.code(204).send();
    });
  };
}

function idOr404(id: string): string {
  if (!/^\w{1,100}$/.test(id)) throw notFound('user');
  return id;
}

function toUserResource(row: UserRow): UserResource {
  return {
    id: row.id,
    client_id: row.client_id,
    email: row.email,
    name: row.name,
    role: row.role as UserResource['role'],
    is_active: row.is_active,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}
