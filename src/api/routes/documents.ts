/** `/v1/assistants/:id/documents`: what an assistant can look up. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { reachOf } from '../../account/principal.ts';
import type { AssistantDefinition } from '../../assistant/assistant.ts';
import type { NewId } from '../../base/ids.ts';
import { findAssistant } from '../../store/assistants.ts';
import {
  type DocumentInList,
  deleteDocument,
  findDocument,
  insertDocument,
  listDocuments,
  measureDocuments,
} from '../../store/documents.ts';
import { everyone } from '../../store/reach.ts';
import { toPassages } from '../../text/passages.ts';
import { searchLanguageOf } from '../../text/search-language.ts';
import { answerPost } from '../answer-post.ts';
import { type AssistantParts, onLive } from '../assistant-drafts.ts';
import { assistantIdOr404 } from '../assistant-id.ts';
import { whoAsks } from '../authorize.ts';
import {
  createDocumentSchema,
  type DocumentResource,
  type DocumentWithText,
  listDocumentsQuerySchema,
} from '../contract/documents.ts';
import { fromCursor } from '../cursor.ts';
import { toPage } from '../page.ts';
import { notFound, ProblemError, parseOrProblem } from '../problem.ts';
import { recordChange } from '../record-change.ts';

export interface DocumentParts extends AssistantParts {
  newId: NewId;
}

/** Of one assistant. */
const mostDocuments = 100;
const mostCharactersTogether = 2_000_000;
/** So much is told to a language model as one piece. */
const longestPassage = 900;
/** Characters of a document may take four bytes each. */
const largestBody = 1024 * 1024;

const reading = { config: { permission: 'assistants:read' } } as const;
const writing = { config: { permission: 'assistants:write' } } as const;
const adding = { ...writing, bodyLimit: largestBody } as const;
const idCursor = z.tuple([z.string().max(100)]);

type ById = { Params: { id: string } };
type ByDocument = { Params: { id: string; documentId: string } };

export function documentRoutes(parts: DocumentParts) {
  const { db } = parts.store;

  return async (app: FastifyInstance): Promise<void> => {
    app.post<ById>('/v1/assistants/:id/documents', adding, (request, reply) =>
      answerPost(parts, { request, reply }, async () => {
        const body = await addDocument(parts, request);
        const location = `/v1/assistants/${body.assistant_id}/documents/${body.id}`;
        return { status: 201, body, headers: { location } };
      }),
    );

    app.get<ById>('/v1/assistants/:id/documents', reading, async (request) => {
      const { limit, cursor } = parseOrProblem(listDocumentsQuerySchema, request.query);
      const of = await findOwnerOr404(parts, request);
      const afterId = cursor === undefined ? null : fromCursor(cursor, idCursor)[0];
      const rows = await listDocuments(db, of, { limit: limit + 1, afterId });
      return toPage(rows, limit, { show: toDocumentResource, cursor: ({ id }) => [id] });
    });

    app.get<ByDocument>('/v1/assistants/:id/documents/:documentId', reading, async (request) => {
      const row = await findDocument(db, await findOwnerOr404(parts, request), documentIdOr404(request));
      if (!row) throw notFound('document');
      const { id, assistant_id, title, language, text } = row;
      const shown = { id, assistant_id, title, language, characters: text.length, text };
      return { ...shown, created_at: row.created_at.toISOString() } satisfies DocumentWithText;
    });

    app.delete<ByDocument>('/v1/assistants/:id/documents/:documentId', writing, async (request, reply) => {
      const documentId = documentIdOr404(request);
      const of = await findOwnerOr404(parts, request);
      await parts.store.transaction(async (tx) => {
        if (!(await deleteDocument(tx, of, documentId))) throw notFound('document');
        await recordChange(parts, tx, { ...subject(of.assistantId, documentId), request, action: 'document.deleted' });
      });
      return reply.code(204).send();
    });
  };
}

async function findOwnerOr404({ store }: DocumentParts, request: FastifyRequest<ById | ByDocument>) {
  const of = { reach: reachOf(whoAsks(request)), assistantId: assistantIdOr404(request.params.id) };
  if (!(await findAssistant(store.db, of.reach, of.assistantId))) throw notFound('assistant');
  return of;
}

function documentIdOr404({ params: { documentId } }: FastifyRequest<ByDocument>): string {
  if (!/^\w{1,100}$/.test(documentId)) throw notFound('document');
  return documentId;
}

function addDocument(parts: DocumentParts, request: FastifyRequest<ById>): Promise<DocumentResource> {
  const { title, text } = parseOrProblem(createDocumentSchema, request.body);
  const assistantId = assistantIdOr404(request.params.id);
  return onLive(parts, { request, id: assistantId }, async (db, assistant) => {
    const { documents, characters } = await measureDocuments(db, { reach: everyone, assistantId });
    if (documents >= mostDocuments) throw tooMuch(`${mostDocuments} documents`);
    if (characters + text.length > mostCharactersTogether) throw tooMuch(`${mostCharactersTogether} characters`);
    const language = searchLanguageOf((assistant.draft as AssistantDefinition).language);
    const owner = { client_id: assistant.client_id, assistant_id: assistantId };
    const row = { id: parts.newId('document'), ...owner, title, language, created_at: new Date(parts.clock.now()) };
    const passages = toPassages(text, longestPassage);
    await insertDocument(db, { ...row, text }, passages);
    const about = { ...subject(assistantId, row.id), details: { title } };
    await recordChange(parts, db, { ...about, request, action: 'document.added' });
    return toDocumentResource({ ...row, characters: text.length, passages: passages.length });
  });
}

const subject = (assistantId: number, documentId: string) => ({
  subjectKind: 'document',
  subjectId: documentId,
  details: { assistant_id: assistantId },
});

const tooMuch = (most: string) =>
  new ProblemError({
    status: 409,
    code: 'document/too-many',
    title: 'Too many documents',
    detail: `An assistant may have ${most}; delete one first.`,
  });

function toDocumentResource(row: DocumentInList): DocumentResource {
  const { id, assistant_id, title, characters, passages, language } = row;
  return { id, assistant_id, title, characters, passages, language, created_at: row.created_at.toISOString() };
}
