/** `/v1/campaigns`: many calls, and what one does with them as a whole. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { reachOf } from '../../account/principal.ts';
import { findPublishedAssistant } from '../../assistant/find-assistant.ts';
import type { CampaignParts } from '../../campaign/campaign-parts.ts';
import { type CampaignAction, CampaignRefused, changeCampaign, pastOf } from '../../campaign/change-campaign.ts';
import { readProgress } from '../../campaign/read-progress.ts';
import type { Campaigns } from '../../campaign/run-campaigns.ts';
import { settingsOf } from '../../campaign/settings.ts';
import { neededFromContacts } from '../../campaign/templates.ts';
import {
  type CampaignRow,
  deleteCampaign,
  findCampaign,
  insertCampaign,
  listCampaigns,
  lockCampaign,
  updateCampaign,
} from '../../store/campaigns.ts';
import { listNumbersWithin } from '../../store/clients.ts';
import { everyone, onlyOf, type Reach } from '../../store/reach.ts';
import type { Db } from '../../store/schema.ts';
import { answerPost } from '../answer-post.ts';
import { whoAsks } from '../authorize.ts';
import { withCampaignProblems } from '../campaign-problems.ts';
import {
  cancelCampaignSchema,
  createCampaignSchema,
  listCampaignsQuerySchema,
  type UpdateCampaign,
  updateCampaignSchema,
} from '../contract/campaigns.ts';
import { noFieldsSchema } from '../contract/create-call.ts';
import { fromCursor } from '../cursor.ts';
import { toPage } from '../page.ts';
import { notFound, ProblemError, parseOrProblem } from '../problem.ts';
import { recordChange } from '../record-change.ts';
import { toCampaignResource, toProgress } from '../to-campaign-resource.ts';

export interface CampaignRouteParts extends CampaignParts {
  campaigns: Pick<Campaigns, 'settle' | 'wake'>;
}

const reading = { config: { permission: 'campaigns:read' } } as const;
const writing = { config: { permission: 'campaigns:write' } } as const;
type ById = { Params: { id: string } };
const idCursor = z.tuple([z.string().regex(/^\w{1,100}$/)]);

/** @throws ProblemError 404 */
export async function findCampaignOr404(db: Db, request: FastifyRequest<ById>): Promise<CampaignRow> {
  const { id } = request.params;
  const found = /^\w{1,100}$/.test(id) ? await findCampaign(db, reachOf(whoAsks(request)), id) : undefined;
  if (!found) throw notFound('campaign');
  return found;
}

export function campaignRoutes(parts: CampaignRouteParts) {
  const { db } = parts.store;

  const act = (action: CampaignAction['type'], toAction: (body: unknown) => CampaignAction) => (app: FastifyInstance) =>
    app.post<ById>(`/v1/campaigns/:id/${action}`, writing, (request, reply) =>
      answerPost(parts, { request, reply }, () =>
        withCampaignProblems(async () => {
          const wanted = toAction(request.body);
          const row = await change(parts, request, wanted);
          return { status: 200, body: await withProgress(parts, row) };
        }),
      ),
    );
  const plain = (type: 'start' | 'pause' | 'resume') => (body: unknown) => {
    parseOrProblem(noFieldsSchema, body);
    return { type };
  };

  return async (app: FastifyInstance): Promise<void> => {
    app.post('/v1/campaigns', writing, (request, reply) =>
      answerPost(parts, { request, reply }, () => withCampaignProblems(() => create(parts, request))),
    );

    app.get('/v1/campaigns', reading, async (request) => {
      const { limit, cursor, status } = parseOrProblem(listCampaignsQuerySchema, request.query);
      const beforeId = cursor === undefined ? null : fromCursor(cursor, idCursor)[0];
      const filter = { reach: reachOf(whoAsks(request)), status };
      const rows = await listCampaigns(db, filter, { limit: limit + 1, beforeId });
      return toPage(rows, limit, { show: toCampaignResource, cursor: ({ id }) => [id] });
    });

    app.get<ById>('/v1/campaigns/:id', reading, async (request) =>
      withProgress(parts, await findCampaignOr404(db, request)),
    );

    app.patch<ById>('/v1/campaigns/:id', writing, async (request) =>
      withCampaignProblems(async () => withProgress(parts, await update(parts, request))),
    );

    app.delete<ById>('/v1/campaigns/:id', writing, async (request, reply) => {
      await withCampaignProblems(() => remove(parts, request));
      return reply.code(204).send();
    });

    act('start', plain('start'))(app);
    act('pause', plain('pause'))(app);
    act('resume', plain('resume'))(app);
    act('cancel', (body) => ({ type: 'cancel', ...parseOrProblem(cancelCampaignSchema, body ?? {}) }))(app);
  };
}

async function withProgress(parts: CampaignRouteParts, row: CampaignRow) {
  return { ...toCampaignResource(row), progress: toProgress(await readProgress(parts, parts.store.db, row)) };
}

async function change(parts: CampaignRouteParts, request: FastifyRequest<ById>, action: CampaignAction) {
  const { id } = await findCampaignOr404(parts.store.db, request);
  const reach = reachOf(whoAsks(request));
  const taken = await parts.store.transaction(async (transaction) => {
    const step = await changeCampaign(parts, transaction, { reach, id, action });
    if (!step) throw notFound('campaign');
    const past = `campaign.${pastOf[action.type]}`;
    await recordChange(parts, transaction, { request, action: past, subjectKind: 'campaign', subjectId: id });
    return step;
  });
  parts.campaigns.settle(taken);
  parts.campaigns.wake(id);
  return taken.row;
}

async function create(parts: CampaignRouteParts, request: FastifyRequest) {
  const { name, assistant_id, ...settings } = parseOrProblem(createCampaignSchema, request.body);
  const { db } = parts.store;
  const { reach, clientId, assistant } = await checkAssistant(parts, request, assistant_id);
  const ownReach = clientId === null ? reach : onlyOf(clientId);
  await checkCallerIds(parts, db, { reach: ownReach, callerId: settings.caller_id });
  neededFromContacts(assistant, settings);
  const now = new Date(parts.clock.now());
  const id = parts.newId('campaign');
  const row = {
    ...{ id, client_id: clientId, name, status: 'draft', assistant_id, assistant_version: null, revision: 0 },
    settings: JSON.stringify(settings),
    pace: JSON.stringify({ phase: 'draft' }),
    caller_ids_used: '{}',
    ...{ created_at: now, updated_at: now },
  };
  await parts.store.transaction(async (transaction) => {
    await insertCampaign(transaction, row);
    const details = { name };
    await recordChange(parts, transaction, {
      ...{ request, details, action: 'campaign.created' },
      ...{ subjectKind: 'campaign', subjectId: id },
    });
  });
  const stored = (await findCampaign(db, everyone, id)) as CampaignRow;
  return { status: 201, body: await withProgress(parts, stored), headers: { location: `/v1/campaigns/${id}` } };
}

async function checkAssistant(parts: CampaignRouteParts, request: FastifyRequest, id: number | null) {
  const principal = whoAsks(request);
  const reach = reachOf(principal);
  const stored = id === null ? null : await findPublishedAssistant(parts.store.db, reach, id);
  if (id !== null && !stored) throw notFound('published assistant');
  const clientId = principal.clientId ?? stored?.clientId ?? null;
  return { reach, clientId, assistant: stored?.assistant ?? parts.assistant };
}

/** @throws ProblemError 400 for numbers that are not theirs */
async function checkCallerIds(
  parts: CampaignRouteParts,
  db: Db,
  { reach, callerId }: { reach: Reach; callerId: { numbers: string[] } | null | undefined },
): Promise<void> {
  if (!callerId) return;
  const own = await listNumbersWithin(db, reach, callerId.numbers);
  const strange = callerId.numbers.findIndex((number) => number !== parts.from && !own.has(number));
  if (strange === -1) return;
  const field = `caller_id.numbers.${strange}`;
  const errors = [{ field, message: 'is none of your numbers' }];
  const detail = `${field}: is none of your numbers`;
  throw new ProblemError({ status: 400, code: 'request/invalid', title: 'Invalid request', detail, errors });
}

/** What the contacts that were taken were looked at with. */
const fixedOnceStarted = ['assistant_id', 'welcome_message', 'agenda', 'variables', 'default_country'] as const;

async function update(parts: CampaignRouteParts, request: FastifyRequest<ById>): Promise<CampaignRow> {
  const changes = parseOrProblem(updateCampaignSchema, request.body);
  const { id } = await findCampaignOr404(parts.store.db, request);
  const reach = reachOf(whoAsks(request));
  const { clientId, assistant } = await checkAssistant(parts, request, changes.assistant_id ?? null);
  await parts.store.transaction(async (transaction) => {
    const row = await lockCampaign(transaction, id, reach);
    if (!row) throw notFound('campaign');
    checkChanges(row, changes);
    if (changes.assistant_id != null && clientId !== row.client_id) throw notFound('published assistant');
    const ownReach = row.client_id === null ? reach : onlyOf(row.client_id);
    await checkCallerIds(parts, transaction, { reach: ownReach, callerId: changes.caller_id });
    const { name, assistant_id, ...settings } = changes;
    const merged = { ...settingsOf(row), ...settings };
    if (changes.assistant_id !== undefined) neededFromContacts(assistant, merged as never);
    const now = new Date(parts.clock.now());
    await updateCampaign(transaction, id, {
      ...(name === undefined ? {} : { name }),
      ...(assistant_id === undefined ? {} : { assistant_id }),
      settings: JSON.stringify(merged),
      updated_at: now,
      ...(row.status === 'running' ? { next_tick_at: now } : {}),
    });
    const details = { changed: Object.keys(changes) };
    await recordChange(parts, transaction, {
      ...{ request, details, action: 'campaign.updated' },
      ...{ subjectKind: 'campaign', subjectId: id },
    });
  });
  parts.campaigns.wake(id);
  return (await findCampaign(parts.store.db, everyone, id)) as CampaignRow;
}

function checkChanges(row: CampaignRow, changes: UpdateCampaign): void {
  if (row.status === 'canceled' || row.status === 'completed') {
    throw new CampaignRefused(`campaign/${row.status}`, `The campaign is ${row.status} and stays as it is.`);
  }
  const fixed = row.status === 'running' ? fixedOnceStarted.find((name) => changes[name] !== undefined) : undefined;
  if (fixed === undefined) return;
  throw new CampaignRefused('campaign/running', `${fixed} cannot be changed while the campaign runs; pause it first.`);
}

/** With all its contacts; its calls stay. */
async function remove(parts: CampaignRouteParts, request: FastifyRequest<ById>): Promise<void> {
  const { id } = await findCampaignOr404(parts.store.db, request);
  const reach = reachOf(whoAsks(request));
  await parts.store.transaction(async (transaction) => {
    const row = await lockCampaign(transaction, id, reach);
    if (!row) throw notFound('campaign');
    if (!['draft', 'canceled', 'completed'].includes(row.status) || row.next_tick_at !== null) {
      const message = 'Only a draft or a campaign that is over can be deleted; cancel it first.';
      throw new CampaignRefused(`campaign/${row.status}`, message);
    }
    await deleteCampaign(transaction, id);
    await recordChange(parts, transaction, {
      ...{ request, action: 'campaign.deleted', details: { name: row.name } },
      ...{ subjectKind: 'campaign', subjectId: id },
    });
  });
}
