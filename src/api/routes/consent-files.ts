/** `/v1/consents/import`: whole lists of consents as JSON or CSV. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { addConsents } from '../../store/consents.ts';
import { type CsvRow, fromSafeCell, parseCsv } from '../../text/csv.ts';
import { answerPost } from '../answer-post.ts';
import { whoAsks } from '../authorize.ts';
import {
  consentRowSchema,
  importConsentsQuerySchema,
  importConsentsSchema,
  mostImportedConsents,
} from '../contract/consents.ts';
import { ProblemError, parseOrProblem } from '../problem.ts';
import { recordChange } from '../record-change.ts';
import { type ConsentParts, toRow } from './consents.ts';
import { listOf } from './do-not-call.ts';

const largestFile = 24 * 1024 * 1024;
const mostErrorsTold = 100;

interface ReadRow {
  line: number;
  row: unknown;
}

export function consentFileRoutes(parts: ConsentParts) {
  return async (app: FastifyInstance): Promise<void> => {
    app.addContentTypeParser('text/csv', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    const importing = { config: { permission: 'consents:write' }, bodyLimit: largestFile } as const;
    app.post('/v1/consents/import', importing, (request, reply) =>
      answerPost(parts, { request, reply }, () => importConsents(parts, request)),
    );
  };
}

async function importConsents(parts: ConsentParts, request: FastifyRequest) {
  const { client_id } = parseOrProblem(importConsentsQuerySchema, request.query);
  const list = await listOf(parts.store.db, whoAsks(request), client_id);
  const rows = typeof request.body === 'string' ? readCsv(request.body) : readJson(request.body);
  const errors: { line: number; message: string }[] = [];
  const entries = rows.flatMap(({ line, row }) => {
    const parsed = consentRowSchema.safeParse(row);
    if (parsed.success) return [toRow(parts, list, parsed.data)];
    const [issue] = parsed.error.issues;
    errors.push({ line, message: `${issue?.path.join('.')} ${issue?.message}`.trim() });
    return [];
  });
  const added = await parts.store.transaction(async (db) => {
    const count = (await addConsents(db, entries)).length;
    const details = { list, rows: rows.length, added: count };
    const subject = { subjectKind: 'consent', subjectId: list };
    await recordChange(parts, db, { ...subject, request, action: 'consent.imported', details });
    return count;
  });
  const told = { rejected: errors.length, errors: errors.slice(0, mostErrorsTold) };
  return { status: 200, body: { rows: rows.length, added, already_held: entries.length - added, ...told } };
}

const readJson = (body: unknown): ReadRow[] =>
  parseOrProblem(importConsentsSchema, body).map((row, index) => ({ line: index + 1, row }));

const columnNames = ['number', 'purpose', 'source', 'wording', 'call_id', 'given_at', 'expires_at'];

/** The first line names the columns; a cell that is empty says nothing. */
function readCsv(text: string): ReadRow[] {
  const [header, ...lines] = parseCsv(text);
  const names = header?.cells.map((cell) => cell.trim().toLowerCase().replaceAll(/[ -]+/g, '_')) ?? [];
  if (!names.includes('number')) throw withoutNumber();
  if (lines.length <= mostImportedConsents) return lines.map((line) => toReadRow(line, names));
  const detail = `A file may have ${mostImportedConsents} rows.`;
  throw new ProblemError({ status: 413, code: 'request/too-many-rows', title: 'Too many rows', detail });
}

function toReadRow({ line, cells }: CsvRow, names: readonly string[]): ReadRow {
  const fields = columnNames.map((name) => [name, fromSafeCell(cells[names.indexOf(name)]?.trim() ?? '')]);
  return { line, row: Object.fromEntries(fields.filter(([, text]) => text !== '')) };
}

function withoutNumber(): ProblemError {
  const detail = 'The first line must name the columns, one of them number.';
  const errors = [{ field: 'number', message: 'is the name of no column' }];
  return new ProblemError({ status: 400, code: 'request/invalid', title: 'Invalid request', detail, errors });
}
