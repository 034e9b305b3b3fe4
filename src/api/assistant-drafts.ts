/** What requests about assistants change: each with its rows and its line in the audit log, or not at all. */
import type { FastifyRequest } from 'fastify';
import { reachOf } from '../account/principal.ts';
import { type AssistantDefinition, usualDefinition } from '../assistant/assistant.ts';
import type { Clock } from '../base/clock.ts';
import type { GuardedFetch } from '../base/guarded-fetch.ts';
import {
  type AssistantRow,
  type AssistantVersionRow,
  insertAssistant,
  lockAssistant,
  publishVersion,
  updateAssistant,
} from '../store/assistants.ts';
import type { Store } from '../store/open-store.ts';
import type { Db } from '../store/schema.ts';
import { isUniqueViolation, sqlStateOf } from '../store/sql-errors.ts';
import { whoAsks } from './authorize.ts';
import type { CreateAssistant, UpdateAssistant } from './contract/assistants.ts';
import { notFound, ProblemError } from './problem.ts';
import { recordChange } from './record-change.ts';

export interface AssistantParts {
  store: Store;
  clock: Clock;
  guardedFetch: Pick<GuardedFetch, 'whyRefused'>;
}

const noSuchRowToReferTo = '23503';

/** An assistant can speak at once: what it is made with is its first version. */
export async function createAssistant(
  parts: AssistantParts,
  request: FastifyRequest,
  body: CreateAssistant,
): Promise<AssistantRow> {
  const { id, client_id: askedClient, ...changes } = body;
  const principal = whoAsks(request);
  if (id !== undefined && principal.role !== 'admin') throw forbidden('Only an administrator may choose an id.');
  const clientId = principal.clientId ?? askedClient ?? null;
  if (askedClient !== undefined && askedClient !== clientId) throw forbidden('client_id is not your own.');
  checkAddresses(parts, body);
  const at = new Date(parts.clock.now());
  const draft = withChanges({ ...usualDefinition, name: body.name, prompt: body.prompt }, changes);
  try {
    return await parts.store.transaction(async (db) => {
      const row = await insertAssistant(db, {
        ...(id === undefined ? {} : { id }),
        client_id: clientId,
        name: draft.name,
        draft: JSON.stringify(draft),
        created_at: at,
        updated_at: at,
      });
      await addVersion(db, { request, row, definition: draft, version: 1, at });
      await recordChange(parts, db, { ...subject(row.id), request, action: 'assistant.created' });
      return { ...row, published_version: 1 };
    });
  } catch (error) {
    if (isUniqueViolation(error)) throw conflict('assistant/id-taken', `There is an assistant ${id} already.`);
    if (sqlStateOf(error) === noSuchRowToReferTo) throw invalid('client_id', 'is no client');
    throw error;
  }
}

export function changeDraft(
  parts: AssistantParts,
  request: FastifyRequest,
  asked: { id: number; changes: UpdateAssistant },
): Promise<AssistantRow> {
  checkAddresses(parts, asked.changes);
  return onLive(parts, { request, id: asked.id }, async (db, row) => {
    const draft = withChanges(row.draft as AssistantDefinition, asked.changes);
    const details = { fields: Object.keys(asked.changes) };
    await recordChange(parts, db, { ...subject(row.id), request, action: 'assistant.updated', details });
    const updated_at = new Date(parts.clock.now());
    return updateAssistant(db, row.id, { name: draft.name, draft: JSON.stringify(draft), updated_at });
  });
}

/** What stands for a value of a call, which no name of a host may depend on. */
const someValue = 'x';

/** A tool's address is looked at now, so that its author hears of it, and again with every request. */
function checkAddresses({ guardedFetch }: AssistantParts, { tools }: Pick<UpdateAssistant, 'tools'>): void {
  for (const [index, tool] of (tools ?? []).entries()) {
    if (typeof tool === 'string' || (tool.type !== 'http' && tool.type !== 'mcp')) continue;
    const field = `tools.${index}.url`;
    if (tool.type === 'mcp' && tool.url.includes('{{')) throw invalid(field, 'must not have {{…}} in it');
    const host = /^[^:]*:\/\/[^/?#]*/.exec(tool.url)?.[0] ?? tool.url;
    if (host.includes('{{')) throw invalid(field, 'must not have {{…}} in the name of its host');
    const message = guardedFetch.whyRefused(tool.url.replaceAll(/\{\{[^{}]*\}\}/g, someValue));
    if (message !== null) throw invalid(field, message);
  }
}

/** Makes the draft what calls are made with from now on. */
export function publishDraft(parts: AssistantParts, request: FastifyRequest, id: number): Promise<AssistantVersionRow> {
  return onLive(parts, { request, id }, async (db, row) => {
    const version = (row.published_version ?? 0) + 1;
    const definition = row.draft as AssistantDefinition;
    const at = new Date(parts.clock.now());
    const stored = await addVersion(db, { request, row, definition, version, at });
    const details = { version };
    await recordChange(parts, db, { ...subject(row.id), request, action: 'assistant.published', details });
    return stored;
  });
}

/** No call is made with it any more; it stays to be read. One that is archived already stays as it is. */
export async function archiveAssistant(parts: AssistantParts, request: FastifyRequest, id: number): Promise<void> {
  await parts.store.transaction(async (db) => {
    const row = await lockAssistant(db, reachOf(whoAsks(request)), id);
    if (!row) throw notFound('assistant');
    if (row.archived_at) return;
    const at = new Date(parts.clock.now());
    await updateAssistant(db, id, { archived_at: at, updated_at: at });
    await recordChange(parts, db, { ...subject(id), request, action: 'assistant.archived' });
  });
}

/** Works on an assistant that is not archived, locked until the transaction ends. */
export function onLive<T>(
  parts: AssistantParts,
  { request, id }: { request: FastifyRequest; id: number },
  work: (db: Db, row: AssistantRow) => Promise<T>,
): Promise<T> {
  return parts.store.transaction(async (db) => {
    const row = await lockAssistant(db, reachOf(whoAsks(request)), id);
    if (!row) throw notFound('assistant');
    if (row.archived_at) throw conflict('assistant/archived', 'This assistant is archived.');
    return work(db, row);
  });
}

interface NewVersion {
  request: FastifyRequest;
  row: AssistantRow;
  definition: AssistantDefinition;
  version: number;
  at: Date;
}

function addVersion(db: Db, { request, row, definition, version, at }: NewVersion): Promise<AssistantVersionRow> {
  return publishVersion(db, {
    assistant_id: row.id,
    version,
    definition: JSON.stringify(definition),
    published_at: at,
    published_by: whoAsks(request).id,
  });
}

/** Fields that are not named stay, also within the limits. */
function withChanges(before: AssistantDefinition, { limits, ...changes }: UpdateAssistant): AssistantDefinition {
  return { ...before, ...given(changes), limits: { ...before.limits, ...given(limits ?? {}) } };
}

type Given<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> };
const given = <T extends object>(changes: T): Given<T> =>
  Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as Given<T>;

const subject = (id: number) => ({ subjectKind: 'assistant', subjectId: String(id) });

const forbidden = (detail: string) =>
  new ProblemError({ status: 403, code: 'request/forbidden', title: 'Forbidden', detail });
const conflict = (code: string, detail: string) => new ProblemError({ status: 409, code, title: 'Conflict', detail });
const invalid = (field: string, message: string) =>
  new ProblemError({
    status: 400,
    code: 'request/invalid',
    title: 'Invalid request',
    detail: `${field}: ${message}`,
    errors: [{ field, message }],
  });
