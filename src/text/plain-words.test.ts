/** What is left of outside text once nothing but words may stay. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toPlainWords } from './plain-words.ts';

it.each([
  ['Annual checkup', 'Annual checkup'],
  ['  two\n\tlines\u0000 ', 'two lines'],
  ['<Say>hello</Say> there', 'hello there'],
  ['a < b > c', 'a b c'],
  ['Tom & Jerry', 'Tom and Jerry'],
  ['{{name}} **bold** `code` [link]', 'name bold code link'],
  ['right\u202eleft\u2028next', 'right left next'],
  ['José Łukasz 王', 'José Łukasz 王'],
  ['$250.00', '$250.00'],
  ['<>', ''],
])('makes plain words of %j', (text, words) => {
  expect(toPlainWords(text, 100)).toBe(words);
});

it('cuts between words', () => {
  expect(toPlainWords('one two three', 8)).toBe('one two');
  expect(toPlainWords('one two three', 7)).toBe('one two');
  expect(toPlainWords('abcdefgh', 3)).toBe('abc');
});

it('never gives more than was allowed, nor markup, nor half a character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.integer({ min: 1, max: 80 }), (text, maxLength) => {
      const words = toPlainWords(text, maxLength);
      expect(words.length).toBeLessThanOrEqual(maxLength);
      expect(words).not.toMatch(/[<>{}\p{Cc}]/u);
      expect(words.isWellFormed()).toBe(true);
      expect(words).toBe(words.trim());
    }),
  );
});
