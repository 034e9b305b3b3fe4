/** `/v1/assistants/:id/mcp-secrets`: what an assistant's MCP servers are asked with; written, and never read again. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { reachOf } from '../../account/principal.ts';
import type { AssistantDefinition } from '../../assistant/assistant.ts';
import { toToolObject } from '../../assistant/tool-settings.ts';
import { findAssistant } from '../../store/assistants.ts';
import { deleteMcpSecret, listMcpSecrets, type McpSecretRow, saveMcpSecret } from '../../store/mcp-secrets.ts';
import { answerPost } from '../answer-post.ts';
import { type AssistantParts, onLive } from '../assistant-drafts.ts';
import { assistantIdOr404 } from '../assistant-id.ts';
import { whoAsks } from '../authorize.ts';
import { type McpSecretResource, setMcpSecretSchema } from '../contract/tools.ts';
import { notFound, ProblemError, parseOrProblem } from '../problem.ts';
import { recordChange } from '../record-change.ts';

const reading = { config: { permission: 'assistants:read' } } as const;
const writing = { config: { permission: 'assistants:write' } } as const;

type ById = { Params: { id: string } };
type ByServer = { Params: { id: string; server: string } };

export function mcpSecretRoutes(parts: AssistantParts) {
  const { db } = parts.store;

  const findOwnerOr404 = async (request: FastifyRequest<ById | ByServer>) => {
    const of = { reach: reachOf(whoAsks(request)), assistantId: assistantIdOr404(request.params.id) };
    if (!(await findAssistant(db, of.reach, of.assistantId))) throw notFound('assistant');
    return of;
  };

  return async (app: FastifyInstance): Promise<void> => {
    app.post<ById>('/v1/assistants/:id/mcp-secrets', writing, (request, reply) =>
      answerPost(parts, { request, reply }, async () => ({ status: 201, body: await setSecret(parts, request) })),
    );

    app.get<ById>('/v1/assistants/:id/mcp-secrets', reading, async (request) => {
      const rows = await listMcpSecrets(db, await findOwnerOr404(request));
      return { data: rows.map(toResource) };
    });

    app.delete<ByServer>('/v1/assistants/:id/mcp-secrets/:server', writing, async (request, reply) => {
      const of = await findOwnerOr404(request);
      const { server } = request.params;
      await parts.store.transaction(async (tx) => {
        if (!/^\w{1,64}$/.test(server) || !(await deleteMcpSecret(tx, of, server))) throw notFound('secret');
        await recordChange(parts, tx, { ...subject(of.assistantId, server), request, action: 'mcp_secret.deleted' });
      });
      return reply.code(204).send();
    });
  };
}

function setSecret(parts: AssistantParts, request: FastifyRequest<ById>): Promise<McpSecretResource> {
  const { server, secret } = parseOrProblem(setMcpSecretSchema, request.body);
  const assistantId = assistantIdOr404(request.params.id);
  return onLive(parts, { request, id: assistantId }, async (db, assistant) => {
    const tools = (assistant.draft as AssistantDefinition).tools.map(toToolObject);
    const setting = tools.find((tool) => tool.type === 'mcp' && tool.name === server);
    if (setting?.type !== 'mcp') throw noSuchServer();
    const at = new Date(parts.clock.now());
    const owner = { assistant_id: assistantId, client_id: assistant.client_id };
    const row = { ...owner, server, secret, origin: new URL(setting.url).origin, set_at: at };
    await saveMcpSecret(db, row);
    await recordChange(parts, db, { ...subject(assistantId, server), request, action: 'mcp_secret.set' });
    return toResource(row);
  });
}

const subject = (assistantId: number, server: string) => ({
  ...{ subjectKind: 'assistant', subjectId: String(assistantId) },
  details: { server },
});

function noSuchServer(): ProblemError {
  const message = 'is no mcp tool of the draft; add it to tools first';
  return new ProblemError({
    ...{ status: 422, code: 'mcp/no-such-server', title: 'No such server', detail: `server ${message}` },
    errors: [{ field: 'server', message }],
  });
}

const toResource = ({ server, origin, set_at }: Omit<McpSecretRow, 'secret'>): McpSecretResource => ({
  ...{ server, origin },
  set_at: set_at.toISOString(),
});
