/** `/v1/prices/import`: a whole price list as JSON, or as CSV in the way in which carriers publish theirs. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { parseMicros } from '../../base/money.ts';
import { insertPrices, type NewPrice } from '../../store/prices.ts';
import { type CsvRow, fromSafeCell, parseCsv } from '../../text/csv.ts';
import { answerPost } from '../answer-post.ts';
import {
  createPriceSchema,
  importPricesQuerySchema,
  importPricesSchema,
  mostImportedPrices,
} from '../contract/prices.ts';
import { ProblemError, parseOrProblem } from '../problem.ts';
import { recordChange } from '../record-change.ts';
import { type PriceParts, toRow } from './prices.ts';

const largestFile = 12 * 1024 * 1024;
const mostErrorsTold = 100;

interface ReadRow {
  line: number;
  row: unknown;
}

export function priceFileRoutes(parts: PriceParts) {
  return async (app: FastifyInstance): Promise<void> => {
    app.addContentTypeParser('text/csv', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    const importing = { config: { permission: 'prices:write' }, bodyLimit: largestFile } as const;
    app.post('/v1/prices/import', importing, (request, reply) =>
      answerPost(parts, { request, reply }, () => importPrices(parts, request)),
    );
  };
}

async function importPrices(parts: PriceParts, request: FastifyRequest) {
  const usual = parseOrProblem(importPricesQuerySchema, request.query);
  const rows = typeof request.body === 'string' ? readCsv(request.body) : readJson(request.body);
  const errors: { line: number; message: string }[] = [];
  const entries: NewPrice[] = rows.flatMap(({ line, row }) => {
    const parsed = createPriceSchema.safeParse({ ...usual, ...(row as object) });
    if (parsed.success) return [toRow(parts, parsed.data)];
    const [issue] = parsed.error.issues;
    errors.push({ line, message: `${issue?.path.join('.')} ${issue?.message}`.trim() });
    return [];
  });
  await parts.store.transaction(async (db) => {
    await insertPrices(db, entries);
    const details = { rows: rows.length, added: entries.length, ...usual };
    const subject = { subjectKind: 'price', subjectId: usual.vendor ?? 'several' };
    await recordChange(parts, db, { ...subject, request, action: 'price.imported', details });
  });
  const told = { errors: errors.slice(0, mostErrorsTold), rejected: errors.length };
  return { status: 200, body: { rows: rows.length, added: entries.length, ...told } };
}

function readJson(body: unknown): ReadRow[] {
  return parseOrProblem(importPricesSchema, body).map((row, index) => ({
    line: index + 1,
    row: typeof row === 'object' && row !== null ? row : { row },
  }));
}

/** How price lists call their columns. */
const columnNames: Readonly<Record<string, readonly string[]>> = {
  vendor: ['vendor', 'carrier'],
  item: ['item'],
  model: ['model'],
  prefix: ['prefix', 'prefixes', 'destination_prefix', 'destination_prefixes', 'dial_code'],
  number_kind: ['number_kind'],
  price: ['price', 'rate', 'price_/_min', 'price_per_min', 'price_per_minute', 'current_price', 'rate_per_minute'],
  per: ['per'],
  increment_seconds: ['increment_seconds', 'billing_increment'],
  valid_from: ['valid_from', 'effective_date'],
  source: ['source', 'description', 'country', 'friendly_name'],
};

function readCsv(text: string): ReadRow[] {
  const [header, ...lines] = parseCsv(text);
  const columns = header ? toColumns(header) : new Map<string, number>();
  if (!columns.has('price')) throw withoutPrice();
  const rows = lines.flatMap((line) => toRows(line, columns));
  if (rows.length <= mostImportedPrices) return rows;
  const detail = `A file may have ${mostImportedPrices} prices.`;
  throw new ProblemError({ status: 413, code: 'request/too-many-rows', title: 'Too many rows', detail });
}

function toColumns({ cells }: CsvRow): Map<string, number> {
  const names = cells.map((cell) => cell.trim().toLowerCase().replaceAll(/[ -]+/g, '_'));
  const found = Object.entries(columnNames).map(([field, words]): [string, number] => {
    const column = words.map((word) => names.indexOf(word)).find((place) => place !== -1);
    return [field, column ?? -1];
  });
  return new Map(found.filter(([, column]) => column !== -1));
}

/** One line of a list may be the price of many beginnings of numbers, with or without their +. */
function toRows({ line, cells }: CsvRow, columns: ReadonlyMap<string, number>): ReadRow[] {
  const cellOf = (field: string) => fromSafeCell(cells[columns.get(field) ?? -1]?.trim() ?? '');
  const texts = ['vendor', 'item', 'model', 'number_kind', 'valid_from', 'source'].map((field) => [
    field,
    cellOf(field),
  ]);
  const numbers = ['per', 'increment_seconds'].map((field) => [field, cellOf(field)]);
  const price = cellOf('price');
  const fields = {
    ...Object.fromEntries(texts.filter(([, text]) => text !== '')),
    ...Object.fromEntries(numbers.filter(([, text]) => text !== '').map(([field, text]) => [field, Number(text)])),
    // A price that cannot be read is refused by the schema; none at all says that it is not known.
    price_micros: price === '' ? null : (parseMicros(price) ?? 'unreadable'),
  };
  const prefixes = cellOf('prefix')
    .split(/[\s,;]+/)
    .filter((prefix) => prefix !== '');
  if (prefixes.length === 0) return [{ line, row: fields }];
  return prefixes.map((prefix) => ({ line, row: { ...fields, prefix: `+${prefix.replace(/^\+/, '')}` } }));
}

function withoutPrice(): ProblemError {
  const detail = 'The first line must name the columns, one of them price or rate.';
  const errors = [{ field: 'price', message: 'is the name of no column' }];
  return new ProblemError({ status: 400, code: 'request/invalid', title: 'Invalid request', detail, errors });
}
