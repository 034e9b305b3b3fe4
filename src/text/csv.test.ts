import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvRowTooLong, createCsvReader, fromSafeCell, parseCsv, toCsvLine } from './csv.ts';

const rows = (text: string) => [...parseCsv(text)];

describe('comma-separated values', () => {
  it.each([
    [
      'a,b\nc,d\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'a,b\r\nc,d',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['"a,b","c ""d"""\n', [['a,b', 'c "d"']]],
    ['a,,\n', [['a', '', '']]],
    ['\uFEFFnumber\n+1', [['number'], ['+1']]],
    ['', []],
    ['\n\r\n\n', []],
    ['"never closed, \n on', [['never closed, \n on']]],
    [
      '6" pipe,b\nc,d',
      [
        ['6" pipe', 'b'],
        ['c', 'd'],
      ],
    ],
    ['"a"b",c\nd', [['ab"', 'c'], ['d']]],
  ])('are read from %j', (text, cells) => {
    expect(rows(text).map((row) => row.cells)).toEqual(cells);
  });

  it.each([
    [
      'a;b\n1,5;2\n',
      [
        ['a', 'b'],
        ['1,5', '2'],
      ],
    ],
    [
      '"a,x";b;c\n1;2;3',
      [
        ['a,x', 'b', 'c'],
        ['1', '2', '3'],
      ],
    ],
    [
      'a\tb\n1,5\t2',
      [
        ['a', 'b'],
        ['1,5', '2'],
      ],
    ],
    ['a\n1,5', [['a'], ['1', '5']]],
  ])('are read from %j by what separates the cells of its first row', (text, cells) => {
    expect([...parseCsv(text, { detectsSeparator: true })].map((row) => row.cells)).toEqual(cells);
  });

  it('are the same rows in whatever pieces they come', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', ',', ';', '"', '\n', '\r', '\uFEFF'), maxLength: 40 });
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 8 }), fc.boolean(), (pieces, detectsSeparator) => {
        const reader = createCsvReader({ detectsSeparator });
        const read = [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()];
        expect(read).toEqual([...parseCsv(pieces.join(''), { detectsSeparator })]);
      }),
    );
  });

  it('stop at a row that is too long, and name its line', () => {
    const reader = createCsvReader({ longestRow: 10 });
    expect(reader.push('a,b\n"x')).toHaveLength(1);
    expect(() => reader.push('0123456789')).toThrow(new CsvRowTooLong(2, 10));
  });

  it('name the line on which a row begins, quoted line breaks counted', () => {
    expect(rows('a\n\n"b\nc",d\ne').map((row) => row.line)).toEqual([1, 3, 5]);
  });

  it.each([['=1+1'], ['+12025550100'], ['-2'], ['@SUM(A1)'], ['\t=1'], ['\r=1']])(
    'never begin as the formula %j',
    (cell) => {
      expect(toCsvLine([cell])).toMatch(/^"?'/);
    },
  );

  it('come back as they were written, whatever the cells hold', () => {
    const cells = fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(cells, { maxLength: 5 }), (table) => {
        // A quote with nothing before it opens a quoted cell, and an apostrophe before a formula is the mark of safety.
        const plain = table
          .filter((row) => !(row.length === 1 && row[0] === ''))
          .filter((row) => row.every((cell) => fromSafeCell(cell) === cell));
        const read = rows(plain.map(toCsvLine).join('')).map((row) => row.cells.map(fromSafeCell));
        expect(read).toEqual(plain);
      }),
    );
  });
});
