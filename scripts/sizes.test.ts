import { describe, expect, it } from 'vitest';
import { findOversize } from './sizes.ts';

const lines = (count: number) => 'x;\n'.repeat(count);

describe('a file', () => {
  it.each([
    ['src/call/a.ts', 300],
    ['src/call/a.test.ts', 500],
    ['src/api/contract/calls.ts', 500],
    ['src/ports/contracts/carrier.contract.ts', 500],
    ['src/store/schema.ts', 500],
    ['src/store/migrations/0001-calls.ts', 500],
    ['tests/setup/a.ts', 500],
  ])('%s may have %i lines and not one more', (file, most) => {
    expect(findOversize(file, lines(most))).toEqual([]);
    expect(findOversize(file, lines(most + 1))).toEqual([
      `${file}: ${most + 1} lines, of ${most} allowed; split it by what its parts do`,
    ]);
  });

  it('is not longer for the blank lines at its end', () => {
    expect(findOversize('src/a.ts', `${lines(300)}\n\n\n`)).toEqual([]);
  });
});

describe('a class', () => {
  const classOf = (fields: string[]) => `export class Call {\n${fields.map((field) => `  ${field}\n`).join('')}}\n`;
  const mutable = [
    'a = 1;',
    '#b: number;',
    'c?: string;',
    'd!: Date;',
    '#e = new Map<string, { x: 1 }>();',
    'private f: (() => void) | null = null;',
    'g;',
  ];

  it('may have seven mutable fields', () => {
    expect(findOversize('a.ts', classOf(mutable))).toEqual([]);
  });

  it('may not have eight', () => {
    expect(findOversize('a.ts', classOf([...mutable, '#h = 0;']))).toEqual([
      'a.ts: class Call has 8 mutable fields, of 7 allowed',
    ]);
  });

  it('may have any number of fields that never change, and of methods', () => {
    const fixed = [
      'readonly x = 1;',
      'private readonly y: string;',
      'static z = 1;',
      'readonly #w = 2;',
      'get v() {',
      '}',
    ];
    expect(findOversize('a.ts', classOf([...mutable, ...fixed]))).toEqual([]);
  });
});
