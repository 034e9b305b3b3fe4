/** `/v1/assistants`: who speaks; drafts, published versions, and a look at what a call would begin with. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { reachOf } from '../../account/principal.ts';
import { type AssistantDefinition, toAssistant } from '../../assistant/assistant.ts';
import { renderOpening } from '../../assistant/render-opening.ts';
import { toInstructions } from '../../call/converse/instructions.ts';
import {
  type AssistantRow,
  type AssistantVersionRow,
  findAssistant,
  findVersion,
  listAssistants,
  listVersions,
} from '../../store/assistants.ts';
import { TemplateRefused } from '../../text/template.ts';
import { answerPost } from '../answer-post.ts';
import {
  type AssistantParts,
  archiveAssistant,
  changeDraft,
  createAssistant,
  publishDraft,
} from '../assistant-drafts.ts';
import { assistantIdOr404, highestAssistantId } from '../assistant-id.ts';
import { whoAsks } from '../authorize.ts';
import {
  type AssistantResource,
  type AssistantVersionResource,
  createAssistantSchema,
  type DefinitionResource,
  listAssistantsQuerySchema,
  listVersionsQuerySchema,
  type PreviewResult,
  previewSchema,
  updateAssistantSchema,
} from '../contract/assistants.ts';
import { fromCursor } from '../cursor.ts';
import { toPage } from '../page.ts';
import { notFound, ProblemError, parseOrProblem } from '../problem.ts';

const numberCursor = z.tuple([z.int().min(1).max(highestAssistantId)]);
const reading = { config: { permission: 'assistants:read' } } as const;
const writing = { config: { permission: 'assistants:write' } } as const;

type ById = { Params: { id: string } };
type ByVersion = { Params: { id: string; version: string } };

export function assistantRoutes(parts: AssistantParts) {
  const { db } = parts.store;

  return async (app: FastifyInstance): Promise<void> => {
    app.get('/v1/assistants', reading, async (request) => {
      const { limit, cursor, archived } = parseOrProblem(listAssistantsQuerySchema, request.query);
      const filter = { reach: reachOf(whoAsks(request)), withArchived: archived === 'true' };
      const afterId = cursor === undefined ? 0 : fromCursor(cursor, numberCursor)[0];
      const rows = await listAssistants(db, filter, { limit: limit + 1, afterId });
      return toPage(rows, limit, { show: toAssistantResource, cursor: ({ id }) => [id] });
    });

    app.post('/v1/assistants', writing, (request, reply) =>
      answerPost(parts, { request, reply }, async () => {
        const row = await createAssistant(parts, request, parseOrProblem(createAssistantSchema, request.body));
        return { status: 201, body: toAssistantResource(row), headers: { location: `/v1/assistants/${row.id}` } };
      }),
    );

    app.get<ById>('/v1/assistants/:id', reading, async (request) => {
      const row = await findAssistant(db, reachOf(whoAsks(request)), assistantIdOr404(request.params.id));
      if (!row) throw notFound('assistant');
      return toAssistantResource(row);
    });

    app.patch<ById>('/v1/assistants/:id', writing, async (request) => {
      const changes = parseOrProblem(updateAssistantSchema, request.body);
      return toAssistantResource(
        await changeDraft(parts, request, { id: assistantIdOr404(request.params.id), changes }),
      );
    });

    app.delete<ById>('/v1/assistants/:id', writing, async (request, reply) => {
      await archiveAssistant(parts, request, assistantIdOr404(request.params.id));
      return reply.code(204).send();
    });

    app.post<ById>('/v1/assistants/:id/publish', writing, (request, reply) =>
      answerPost(parts, { request, reply }, async () => {
        const version = await publishDraft(parts, request, assistantIdOr404(request.params.id));
        return { status: 201, body: toVersionResource(version) };
      }),
    );

    app.get<ById>('/v1/assistants/:id/versions', reading, async (request) => {
      const { limit, cursor } = parseOrProblem(listVersionsQuerySchema, request.query);
      const of = { reach: reachOf(whoAsks(request)), assistantId: assistantIdOr404(request.params.id) };
      if (!(await findAssistant(db, of.reach, of.assistantId))) throw notFound('assistant');
      const below = cursor === undefined ? highestAssistantId : fromCursor(cursor, numberCursor)[0];
      const rows = await listVersions(db, of, { limit: limit + 1, below });
      return toPage(rows, limit, { show: toVersionResource, cursor: ({ version }) => [version] });
    });

    app.get<ByVersion>('/v1/assistants/:id/versions/:version', reading, async (request) => {
      const { id, version } = request.params;
      const wanted = { assistantId: assistantIdOr404(id), version: assistantIdOr404(version) };
      const row = await findVersion(db, reachOf(whoAsks(request)), wanted);
      if (!row) throw notFound('version');
      return toVersionResource(row);
    });

    app.post<ById>('/v1/assistants/:id/preview', reading, (request, reply) =>
      answerPost(parts, { request, reply }, async () => {
        const asked = parseOrProblem(previewSchema, request.body ?? {});
        const row = await findAssistant(db, reachOf(whoAsks(request)), assistantIdOr404(request.params.id));
        if (!row) throw notFound('assistant');
        return { status: 200, body: preview(row.draft as AssistantDefinition, asked) };
      }),
    );
  };
}

/** What stands for the number of the person, who is not known before a call. */
const somebody = '+00000000000';

function preview(draft: AssistantDefinition, asked: z.infer<typeof previewSchema>): PreviewResult {
  const { variables } = asked;
  try {
    const opening = renderOpening(draft, { variables, welcomeMessage: asked.welcome_message, agenda: asked.agenda });
    const call = { customerPhone: somebody, customParameters: variables, agenda: opening.agenda };
    const instructions = toInstructions(toAssistant(draft), call).map(({ content }) => content);
    return { greeting: opening.greeting, instructions, missing: opening.missing };
  } catch (error) {
    if (!(error instanceof TemplateRefused)) throw error;
    throw new ProblemError({ status: 422, code: error.code, title: 'Template refused', detail: error.message });
  }
}

function toAssistantResource(row: AssistantRow): AssistantResource {
  return {
    id: row.id,
    client_id: row.client_id,
    ...(row.draft as DefinitionResource),
    published_version: row.published_version ?? 0,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    archived_at: row.archived_at?.toISOString() ?? null,
  };
}

function toVersionResource(row: AssistantVersionRow): AssistantVersionResource {
  return {
    assistant_id: row.assistant_id,
    version: row.version,
    definition: row.definition as DefinitionResource,
    published_at: row.published_at.toISOString(),
    published_by: row.published_by,
  };
}
