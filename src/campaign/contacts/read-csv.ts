/** Reads a file of contacts as it comes in, row by row, holding no more of it than a piece. */
import { CallwrightError } from '../../base/errors.ts';
import { type CsvRow, createCsvReader, fromSafeCell } from '../../text/csv.ts';
import { type Columns, readColumns } from './read-columns.ts';
import { contactLimits, type GivenContact, type RowProblem } from './read-contact.ts';

/** The file as a whole cannot be read. */
export class ContactFileRefused extends CallwrightError {}

export type GivenRow = { line: number } & ({ given: GivenContact } | { problem: RowProblem });

/** With room for as many columns as anybody has. */
const longestRow = 64_000;
const mostColumns = 200;

export interface ContactFile {
  /** Known once the first row was read. */
  columns(): { number: string; name: string | null; timezone: string | null; variables: string[] } | null;
  rows: AsyncGenerator<GivenRow[]>;
}

/** @throws ContactFileRefused `contacts/no-number-column` or `contacts/empty-file`, CsvRowTooLong, both from `rows` */
export function readContactFile(bytes: AsyncIterable<Uint8Array>): ContactFile {
  const reader = createCsvReader({ longestRow, detectsSeparator: true });
  let header: string[] | null = null;
  let columns: Columns | null = null;

  const take = (rows: readonly CsvRow[]): GivenRow[] =>
    rows.flatMap((row) => {
      if (columns !== null) return [toGivenRow(row, columns)];
      header = row.cells.map((cell) => fromSafeCell(cell.trim()));
      columns = columnsOrRefuse(header);
      return [];
    });

  async function* rows(): AsyncGenerator<GivenRow[]> {
    for await (const text of decode(bytes)) yield take(reader.push(text));
    yield take(reader.end());
    if (columns === null) throw new ContactFileRefused('contacts/empty-file', 'The file has no rows.');
  }

  return {
    rows: rows(),
    columns: () => {
      if (columns === null || header === null) return null;
      const names = header;
      const nameOf = (at: number | null) => (at === null ? null : (names[at] ?? null));
      return {
        number: nameOf(columns.number) ?? '',
        name: nameOf(columns.name),
        timezone: nameOf(columns.timezone),
        variables: columns.variables.map(({ name }) => name),
      };
    },
  };
}

function columnsOrRefuse(header: readonly string[]): Columns {
  if (header.length > mostColumns) {
    throw new ContactFileRefused('contacts/too-many-columns', `A file may have ${mostColumns} columns.`);
  }
  const read = readColumns(header);
  if ('refused' in read) throw new ContactFileRefused('contacts/columns', read.refused);
  return read.columns;
}

/** UTF-8, or UTF-16 where the file says so, as spreadsheets write it. */
async function* decode(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let decoder: InstanceType<typeof TextDecoder> | null = null;
  for await (const piece of bytes) {
    decoder ??= new TextDecoder(piece[0] === 0xff && piece[1] === 0xfe ? 'utf-16le' : 'utf-8', { ignoreBOM: false });
    yield decoder.decode(piece, { stream: true });
  }
  if (decoder !== null) yield decoder.decode();
}

function toGivenRow({ line, cells }: CsvRow, columns: Columns): GivenRow {
  const cell = (at: number) => fromSafeCell(cells[at]?.trim() ?? '');
  const last = Math.max(
    columns.number,
    ...columns.variables.map(({ at }) => at),
    columns.name ?? 0,
    columns.timezone ?? 0,
  );
  if (cells.slice(last + 1).some((extra) => extra.trim() !== '')) {
    const message = `has ${cells.length} cells, more than the first line has names: put quotes around cells that hold the separator`;
    return { line, problem: { field: null, code: 'contact/shape', message } };
  }
  const long = cells.findIndex((text) => text.length > contactLimits.cell);
  if (long !== -1) {
    const message = `has a cell of more than ${contactLimits.cell} characters`;
    return { line, problem: { field: null, code: 'contact/too-long', message } };
  }
  const whole = columns.name === null ? columns.parts.map(cell).join(' ').trim() : cell(columns.name);
  // A cell that is empty is a value that was not given.
  const variables = columns.variables.flatMap(({ at, name }) => (cell(at) === '' ? [] : [[name, cell(at)] as const]));
  return {
    line,
    given: {
      number: cell(columns.number),
      name: whole === '' ? null : whole,
      timezone: columns.timezone === null ? null : cell(columns.timezone),
      variables: Object.fromEntries(variables),
    },
  };
}
