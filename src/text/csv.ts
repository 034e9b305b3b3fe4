/** Comma-separated values (RFC 4180): read row by row with their lines, written so that no spreadsheet runs them. */
import { CallwrightError } from '../base/errors.ts';

export interface CsvRow {
  /** The line on which it begins, from 1. */
  line: number;
  cells: string[];
}

/** A row is longer than allowed; most often a quote that is never closed. */
export class CsvRowTooLong extends CallwrightError {
  readonly line: number;
  constructor(line: number, most: number) {
    super('csv/row-too-long', `The row that begins on line ${line} has more than ${most} characters.`);
    this.line = line;
  }
}

export interface CsvOptions {
  /** In UTF-16 units. */
  longestRow?: number;
  /** Whether the first row decides what separates cells: a comma, a semicolon or a tab. Else it is the comma. */
  detectsSeparator?: boolean;
}

export interface CsvReader {
  /** The rows that end within this piece of text, blank lines left out. @throws CsvRowTooLong */
  push(piece: string): CsvRow[];
  /** What is left when there is no more text; a quote that is never closed runs to the end. */
  end(): CsvRow[];
}

const separators = [',', ';', '\t'] as const;

/** Holds no more than the row that is being read. */
export function createCsvReader({ longestRow = Number.POSITIVE_INFINITY, ...options }: CsvOptions = {}): CsvReader {
  let rest = '';
  /** Where the search for the end of the row goes on, and what stands there. */
  let at = 0;
  let place: 'start of a cell' | 'plain' | 'quoted' | 'behind a quote' = 'start of a cell';
  let line = 1;
  let isFirst = true;
  let separator: string | null = options.detectsSeparator ? null : ',';

  /** What stands behind a character that does not end the row. */
  const placeAfter = (character: string): typeof place => {
    if (place === 'quoted') return character === '"' ? 'behind a quote' : 'quoted';
    if (character === '"' && place !== 'plain') return 'quoted';
    return isSeparator(character) ? 'start of a cell' : 'plain';
  };
  /** Where the row ends; -1 when the end is not there yet. */
  const findEnd = (): number => {
    for (; at < rest.length; at += 1) {
      const character = rest[at] as string;
      if (character === '\n' && place !== 'quoted') return at;
      place = placeAfter(character);
    }
    return -1;
  };
  const isSeparator = (character: string) =>
    separator === null ? separators.some((one) => one === character) : character === separator;
  const take = (text: string): CsvRow[] => {
    separator ??= detect(text);
    const begins = line;
    line += 1 + countLineFeeds(text);
    const cells = readCells(text.endsWith('\r') ? text.slice(0, -1) : text, separator);
    return cells.length > 1 || cells[0] !== '' ? [{ line: begins, cells }] : [];
  };
  return {
    push(piece) {
      rest += isFirst && piece.startsWith('\uFEFF') ? piece.slice(1) : piece;
      isFirst &&= piece === '';
      const rows: CsvRow[] = [];
      let from = 0;
      for (let end = findEnd(); end !== -1; end = findEnd()) {
        if (end - from > longestRow) throw new CsvRowTooLong(line, longestRow);
        rows.push(...take(rest.slice(from, end)));
        from = at = end + 1;
        place = 'start of a cell';
      }
      rest = rest.slice(from);
      at -= from;
      if (rest.length > longestRow) throw new CsvRowTooLong(line, longestRow);
      return rows;
    },
    end: () => (rest === '' ? [] : take(rest)),
  };
}

/** Rows of a whole text. */
export function* parseCsv(text: string, options: CsvOptions = {}): Generator<CsvRow> {
  const reader = createCsvReader(options);
  yield* reader.push(text);
  yield* reader.end();
}

/** What separates the cells of the first row; a comma where nothing does. */
function detect(row: string): string {
  const bare = row.replaceAll(/"(?:[^"]|"")*"?/g, '');
  const counts = separators.map((separator) => bare.split(separator).length);
  return separators[counts.indexOf(Math.max(...counts))] ?? ',';
}

function countLineFeeds(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

function readCells(row: string, separator: string): string[] {
  if (!row.includes('"')) return row.split(separator);
  const cells: string[] = [];
  for (let at = 0; at <= row.length; ) {
    const { cell, end } = readCell(row, at, separator);
    cells.push(cell);
    at = end + 1;
  }
  return cells;
}

/** The cell that begins here and where its separator, or the end, is. */
function readCell(row: string, at: number, separator: string): { cell: string; end: number } {
  const quoted = row[at] === '"' ? readQuoted(row, at + 1) : { cell: '', end: at };
  const found = row.indexOf(separator, quoted.end);
  const end = found === -1 ? row.length : found;
  return { cell: quoted.cell + row.slice(quoted.end, end), end };
}

/** What stands between quotes, doubled ones made single, and where it goes on behind the last. */
function readQuoted(row: string, from: number): { cell: string; end: number } {
  const pieces: string[] = [];
  let at = from;
  for (;;) {
    const end = row.indexOf('"', at);
    if (end === -1) return { cell: pieces.join('') + row.slice(at), end: row.length };
    pieces.push(row.slice(at, end));
    if (row[end + 1] !== '"') return { cell: pieces.join(''), end: end + 1 };
    pieces.push('"');
    at = end + 2;
  }
}

/** Spreadsheets take a cell that begins like this for a formula. */
const formula = /^[=+\-@\t\r]/;

/** One row; a cell that a spreadsheet would run begins with an apostrophe, which `fromSafeCell` takes away again. */
export function toCsvLine(cells: readonly string[]): string {
  const written = cells.map((cell) => {
    const safe = formula.test(cell) ? `'${cell}` : cell;
    return /[",\r\n;\t]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  });
  return `${written.join(',')}\r\n`;
}

export function fromSafeCell(cell: string): string {
  return cell.startsWith("'") && formula.test(cell.slice(1)) ? cell.slice(1) : cell;
}
