/** `/v1/api-keys`: keys for programs, each limited to what its maker may. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { AccountParts } from '../../account/log-in.ts';
import { createApiKey, removeApiKey } from '../../account/manage-api-keys.ts';
import { reachOf } from '../../account/principal.ts';
import { type ApiKeyRow, findApiKey, listApiKeys } from '../../store/api-keys.ts';
import { withAccountProblems } from '../account-problems.ts';
import { answerPost } from '../answer-post.ts';
import { whoAsks } from '../authorize.ts';
import { type ApiKeyResource, createApiKeySchema, listApiKeysQuerySchema } from '../contract/api-keys.ts';
import { fromCursor } from '../cursor.ts';
import { toPage } from '../page.ts';
import { notFound, parseOrProblem } from '../problem.ts';

const idCursor = z.tuple([z.string().regex(/^\w{1,100}$/)]);
const reading = { config: { permission: 'api-keys:read' } } as const;
const writing = { config: { permission: 'api-keys:write' } } as const;

type ById = { Params: { id: string } };

export function apiKeyRoutes(parts: AccountParts) {
  const { db } = parts.store;

  return async (app: FastifyInstance): Promise<void> => {
    app.get('/v1/api-keys', reading, async (request) => {
      const { limit, cursor } = parseOrProblem(listApiKeysQuerySchema, request.query);
      const afterId = cursor === undefined ? null : fromCursor(cursor, idCursor)[0];
      const rows = await listApiKeys(db, reachOf(whoAsks(request)), { limit: limit + 1, afterId });
      return toPage(rows, limit, { show: toApiKeyResource, cursor: ({ id }) => [id] });
    });

    app.post('/v1/api-keys', writing, (request, reply) =>
      answerPost(parts, { request, reply }, () =>
        withAccountProblems(async () => {
          const { client_id, expires_at, scopes, ...wanted } = parseOrProblem(createApiKeySchema, request.body);
          const asker = { principal: whoAsks(request), requestId: request.id };
          const expiresAt = expires_at === undefined ? undefined : new Date(expires_at);
          const { row, whole } = await createApiKey(parts, asker, {
            ...wanted,
            permissions: scopes,
            clientId: client_id,
            expiresAt,
          });
          const shown = toApiKeyResource(row);
          const headers = { location: `/v1/api-keys/${row.id}`, 'cache-control': 'no-store' };
          return { status: 201, body: { ...shown, key: whole }, keptBody: { ...shown, key: null }, headers };
        }),
      ),
    );

    app.get<ById>('/v1/api-keys/:id', reading, async (request) => {
      const key = await findApiKey(db, reachOf(whoAsks(request)), idOr404(request.params.id));
      if (!key) throw notFound('API key');
      return toApiKeyResource(key);
    });

    app.delete<ById>('/v1/api-keys/:id', writing, async (request, reply) => {
      const asker = { principal: whoAsks(request), requestId: request.id };
      if (!(await removeApiKey(parts, asker, idOr404(request.params.id)))) throw notFound('API key');
      return reply.code(204).send();
    });
  };
}

function idOr404(id: string): string {
  if (!/^\w{1,100}$/.test(id)) throw notFound('API key');
  return id;
}

function toApiKeyResource(row: ApiKeyRow): ApiKeyResource {
  return {
    id: row.id,
    client_id: row.client_id,
    name: row.name,
    prefix: `cw_live_${row.prefix}`,
    role: row.role as ApiKeyResource['role'],
    scopes: row.permissions as ApiKeyResource['scopes'],
    created_by: row.created_by,
    created_at: row.created_at.toISOString(),
    last_used_at: row.last_used_at?.toISOString() ?? null,
    expires_at: row.expires_at?.toISOString() ?? null,
    revoked_at: row.revoked_at?.toISOString() ?? null,
  };
}
