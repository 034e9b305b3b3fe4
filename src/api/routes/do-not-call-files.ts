/** `/v1/do-not-call/import` and `/export`: whole lists as JSON or CSV. */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { reachOf } from '../../account/principal.ts';
import type { Clock } from '../../base/clock.ts';
import { addAllToDoNotCall, type DoNotCallRow, listDoNotCall } from '../../store/do-not-call.ts';
import type { Store } from '../../store/open-store.ts';
import type { Reach } from '../../store/reach.ts';
import type { Db } from '../../store/schema.ts';
import { type CsvRow, fromSafeCell, parseCsv, toCsvLine } from '../../text/csv.ts';
import { answerPost } from '../answer-post.ts';
import { whoAsks } from '../authorize.ts';
import {
  importDoNotCallQuerySchema,
  importDoNotCallSchema,
  importedRowSchema,
  mostImportedRows,
} from '../contract/do-not-call.ts';
import { ProblemError, parseOrProblem } from '../problem.ts';
import { recordChange } from '../record-change.ts';
import { listOf } from './do-not-call.ts';

/** 100,000 rows with short reasons. */
const largestFile = 12 * 1024 * 1024;
const mostErrorsTold = 100;
const exportedAtOnce = 1000;

interface ReadRow {
  line: number;
  row: unknown;
}

export function doNotCallFileRoutes(parts: { store: Store; clock: Clock }) {
  return async (app: FastifyInstance): Promise<void> => {
    app.addContentTypeParser('text/csv', { parseAs: 'string' }, (_request, body, done) => done(null, body));

    const importing = { config: { permission: 'do-not-call:write' }, bodyLimit: largestFile } as const;
    app.post('/v1/do-not-call/import', importing, (request, reply) =>
      answerPost(parts, { request, reply }, () => importRows(parts, request)),
    );

    const exporting = { config: { permission: 'do-not-call:read' } } as const;
    app.get('/v1/do-not-call/export', exporting, (request, reply) =>
      reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="do-not-call.csv"')
        .header('cache-control', 'no-store')
        .send(Readable.from(exportRows(parts.store.db, reachOf(whoAsks(request))))),
    );
  };
}

async function importRows(parts: { store: Store; clock: Clock }, request: FastifyRequest) {
  const { client_id } = parseOrProblem(importDoNotCallQuerySchema, request.query);
  const list = await listOf(parts.store.db, whoAsks(request), client_id);
  const rows = typeof request.body === 'string' ? readCsv(request.body) : readJson(request.body);
  const errors: { line: number; message: string }[] = [];
  const created_at = new Date(parts.clock.now());
  const entries = rows.flatMap(({ line, row }) => {
    const parsed = importedRowSchema.safeParse(row);
    if (parsed.success) return [{ ...parsed.data, client_id: list, call_id: null, created_at }];
    errors.push({ line, message: 'needs a number in E.164 format and may have a reason' });
    return [];
  });
  const added = await parts.store.transaction(async (transaction) => {
    const count = await addAllToDoNotCall(transaction, entries);
    const action = 'do_not_call.imported';
    const details = { list, rows: rows.length, added: count };
    await recordChange(parts, transaction, {
      ...{ request, action, details },
      subjectKind: 'do_not_call',
      subjectId: list,
    });
    return count;
  });
  const body = {
    rows: rows.length,
    added,
    already_listed: entries.length - added,
    rejected: errors.length,
    errors: errors.slice(0, mostErrorsTold),
  };
  return { status: 200, body };
}

function readJson(body: unknown): ReadRow[] {
  return parseOrProblem(importDoNotCallSchema, body).map((row, index) => ({ line: index + 1, row }));
}

/** How the column with the number is called, in the order of trust. */
const numberColumns = ['number', 'phone_number', 'phone', 'telephone', 'mobile', 'to'];

/** A first line that names the number's column (and `reason`) says which is which; without one they come in this order. */
function readCsv(text: string): ReadRow[] {
  const rows: ReadRow[] = [];
  let columns = { number: 0, reason: 1 };
  let isFirst = true;
  for (const row of parseCsv(text)) {
    const named = isFirst ? toColumns(row) : null;
    isFirst = false;
    if (named) columns = named;
    else rows.push(toReadRow(row, columns));
    if (rows.length > mostImportedRows) throw tooManyRows();
  }
  return rows;
}

function toColumns({ cells }: CsvRow): { number: number; reason: number } | null {
  const names = cells.map((cell) => cell.trim().toLowerCase().replaceAll(/[ -]/g, '_'));
  const number = numberColumns.map((name) => names.indexOf(name)).find((column) => column !== -1);
  return number === undefined ? null : { number, reason: names.indexOf('reason') };
}

function toReadRow({ line, cells }: CsvRow, columns: { number: number; reason: number }): ReadRow {
  const number = fromSafeCell(cells[columns.number]?.trim() ?? '');
  const reason = fromSafeCell(cells[columns.reason]?.trim() ?? '');
  return { line, row: reason === '' ? { number } : { number, reason } };
}

function tooManyRows(): ProblemError {
  const detail = `A file may have ${mostImportedRows} rows.`;
  return new ProblemError({ status: 413, code: 'request/too-many-rows', title: 'Too many rows', detail });
}

async function* exportRows(db: Db, reach: Reach): AsyncGenerator<string> {
  yield toCsvLine(['number', 'reason', 'created_at', 'client_id', 'call_id']);
  let last: DoNotCallRow | undefined;
  do {
    const after = last ? { createdAt: last.created_at, clientId: last.client_id, number: last.number } : null;
    const rows: DoNotCallRow[] = await listDoNotCall(db, { reach }, { limit: exportedAtOnce, after });
    yield rows
      .map((row) => toCsvLine([row.number, row.reason, row.created_at.toISOString(), row.client_id, row.call_id ?? '']))
      .join('');
    last = rows.length === exportedAtOnce ? rows.at(-1) : undefined;
  } while (last);
}
