/** Comma-separated values (RFC 4180): read row by row with their lines, written so that no spreadsheet runs them. */

export interface CsvRow {
  /** The line on which it begins, from 1. */
  line: number;
  cells: string[];
}

/** Rows of a text, blank lines left out; a quote that is never closed runs to the end. */
export function* parseCsv(text: string): Generator<CsvRow> {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  let line = 1;
  let linesInRow = 1;
  let cells: string[] = [];
  for (let at = 0; at <= source.length; ) {
    const { cell, end } = readCell(source, at);
    cells.push(cell);
    linesInRow += cell.split('\n').length - 1;
    at = end + 1;
    if (source[end] === ',') continue;
    if (cells.length > 1 || cell !== '') yield { line, cells };
    line += linesInRow;
    linesInRow = 1;
    cells = [];
  }
}

/** The cell that begins here and where its separator, or the end, is. */
function readCell(source: string, at: number): { cell: string; end: number } {
  let cell = '';
  let from = at;
  if (source[at] === '"') {
    const quoted = readQuoted(source, at + 1);
    cell = quoted.cell;
    from = quoted.end;
  }
  let end = from;
  while (end < source.length && source[end] !== ',' && source[end] !== '\n') end += 1;
  const rest = source.slice(from, end);
  return { cell: cell + (rest.endsWith('\r') ? rest.slice(0, -1) : rest), end };
}

/** What stands between quotes, doubled ones made single, and where it goes on behind the last. */
function readQuoted(source: string, from: number): { cell: string; end: number } {
  const pieces: string[] = [];
  let at = from;
  for (;;) {
    const quote = source.indexOf('"', at);
    if (quote === -1) return { cell: pieces.join('') + source.slice(at), end: source.length };
    pieces.push(source.slice(at, quote));
    if (source[quote + 1] !== '"') return { cell: pieces.join(''), end: quote + 1 };
    pieces.push('"');
    at = quote + 2;
  }
}

/** Spreadsheets take a cell that begins like this for a formula. */
const formula = /^[=+\-@\t\r]/;

/** One row; a cell that a spreadsheet would run begins with an apostrophe, which `fromSafeCell` takes away again. */
export function toCsvLine(cells: readonly string[]): string {
  const written = cells.map((cell) => {
    const safe = formula.test(cell) ? `'${cell}` : cell;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  });
  return `${written.join(',')}\r\n`;
}

export function fromSafeCell(cell: string): string {
  return cell.startsWith("'") && formula.test(cell.slice(1)) ? cell.slice(1) : cell;
}
