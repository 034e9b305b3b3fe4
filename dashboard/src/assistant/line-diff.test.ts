import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffLines } from './line-diff.ts';

const told = (before: string, after: string) => diffLines(before, after).map(({ kind, text }) => `${kind} ${text}`);

describe('two texts compared line by line', () => {
  it('keep what both have, in order', () => {
    expect(told('Be polite.\nBe brief.\nNever sell.', 'Be polite.\nNever sell.\nSay goodbye.')).toEqual([
      'same Be polite.',
      'out Be brief.',
      'same Never sell.',
      'in Say goodbye.',
    ]);
  });

  it('lose nothing, whatever they are: without what was put in the one is left, without what was taken out the other', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 }).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = diffLines(before, after);
        const without = (kind: string) => lines.filter((line) => line.kind !== kind).map((line) => line.text);
        expect(without('in').join('\n')).toBe(before);
        expect(without('out').join('\n')).toBe(after);
      }),
    );
  });

  it('are told as replaced where they are very long', () => {
    const long = Array.from({ length: 1001 }, (_, index) => String(index)).join('\n');
    expect(diffLines(long, 'short').at(-1)).toEqual({ kind: 'in', text: 'short' });
  });
});
