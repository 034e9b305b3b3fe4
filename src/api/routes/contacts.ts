/** `/v1/campaigns/:id/contacts`: people to call, as CSV or JSON, and what became of them. */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { reachOf } from '../../account/principal.ts';
import { type GivenRow, readContactFile } from '../../campaign/contacts/read-csv.ts';
import { findSpeakerNow } from '../../campaign/find-speaker.ts';
import { importContacts } from '../../campaign/import-contacts.ts';
import { type ContactRow, listContacts } from '../../store/contacts.ts';
import { answerPost } from '../answer-post.ts';
import { whoAsks } from '../authorize.ts';
import { ByteStream } from '../byte-stream.ts';
import { withCampaignProblems } from '../campaign-problems.ts';
import {
  addContactsQuerySchema,
  addContactsSchema,
  type ContactImport,
  contactInputSchema,
  listContactsQuerySchema,
} from '../contract/contacts.ts';
import { fromCursor } from '../cursor.ts';
import { exportResults } from '../export-results.ts';
import { toPage } from '../page.ts';
import { notFound, parseOrProblem } from '../problem.ts';
import { recordChange } from '../record-change.ts';
import { toContactResource } from '../to-campaign-resource.ts';
import { type CampaignRouteParts, findCampaignOr404 } from './campaigns.ts';

const reading = { config: { permission: 'campaigns:read' } } as const;
/** 10,000 contacts with many variables, as JSON. */
const largestJson = 16 * 1024 * 1024;
/** A million rows of some columns; what is read is not kept. */
const largestFile = 256 * 1024 * 1024;
const positionCursor = z.tuple([z.int().min(0)]);
type ById = { Params: { id: string } };

export function contactRoutes(parts: CampaignRouteParts) {
  const { db } = parts.store;

  return async (app: FastifyInstance): Promise<void> => {
    app.addContentTypeParser('text/csv', (request, payload, done) =>
      done(null, new ByteStream(payload, { most: largestFile, length: request.headers['content-length'] })),
    );

    const adding = { config: { permission: 'campaigns:write' }, bodyLimit: largestJson } as const;
    app.post<ById>('/v1/campaigns/:id/contacts', adding, (request, reply) =>
      answerPost(parts, { request, reply }, () => withCampaignProblems(() => addContacts(parts, request))),
    );

    app.get<ById>('/v1/campaigns/:id/contacts', reading, async (request) => {
      const { limit, cursor, ...wanted } = parseOrProblem(listContactsQuerySchema, request.query);
      const { id: campaignId } = await findCampaignOr404(db, request);
      const afterPosition = cursor === undefined ? 0 : fromCursor(cursor, positionCursor)[0];
      const filter = { reach: reachOf(whoAsks(request)), campaignId, ...wanted };
      const rows = await listContacts(db, filter, { limit: limit + 1, afterPosition });
      return toPage(rows, limit, { show: toContactResource, cursor: ({ position }: ContactRow) => [position] });
    });

    app.get<ById>('/v1/campaigns/:id/results', reading, async (request, reply) => {
      const campaign = await findCampaignOr404(db, request);
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="results.csv"')
        .header('cache-control', 'no-store')
        .send(Readable.from(exportResults(db, { reach: reachOf(whoAsks(request)), campaign })));
    });
  };
}

async function addContacts(parts: CampaignRouteParts, request: FastifyRequest<ById>) {
  const { dry_run } = parseOrProblem(addContactsQuerySchema, request.query);
  const dryRun = dry_run === 'true';
  const campaign = await findCampaignOr404(parts.store.db, request);
  const speaker = await findSpeakerNow(parts.store.db, campaign, parts.assistant);
  if (!speaker) throw notFound('published assistant');
  const file = request.body instanceof ByteStream ? readContactFile(request.body) : null;
  const rows = file?.rows ?? fromJson(request.body);
  const to = { campaign, speaker: speaker.assistant, dryRun };
  const report = await importContacts(parts, to, rows);
  if (!dryRun) await noteImport(parts, request, { id: campaign.id, ...report });
  const body: ContactImport = { dry_run: dryRun, ...report, columns: file?.columns() ?? null };
  return { status: 200, body };
}

async function noteImport(
  parts: CampaignRouteParts,
  request: FastifyRequest,
  { id, rows, added }: { id: string; rows: number; added: number },
): Promise<void> {
  await recordChange(parts, parts.store.db, {
    ...{ request, action: 'campaign.contacts_added', details: { rows, added } },
    ...{ subjectKind: 'campaign', subjectId: id },
  });
  parts.campaigns.wake(id);
}

async function* fromJson(body: unknown): AsyncGenerator<GivenRow[]> {
  const given = parseOrProblem(addContactsSchema, body);
  yield given.map((one, index): GivenRow => {
    const line = index + 1;
    const parsed = contactInputSchema.safeParse(one);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const field = issue?.path.join('.') || null;
      return { line, problem: { field, code: 'contact/shape', message: issue?.message ?? 'is no contact' } };
    }
    const { number, name = null, timezone = null, variables = {} } = parsed.data;
    return { line, given: { number, name, timezone, variables } };
  });
}
