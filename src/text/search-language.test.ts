import fc from 'fast-check';
import { expect, it } from 'vitest';
import { searchLanguageOf, toSearch } from './search-language.ts';

it.each([
  ['en-US', 'english'],
  ['de', 'german'],
  ['pt-BR', 'portuguese'],
  ['ja-JP', 'simple'],
  ['constructor', 'simple'],
])('searches %s by the rules of %s', (tag, language) => {
  expect(searchLanguageOf(tag)).toBe(language);
});

it('asks for any of the words, and leaves nothing of a query language in them', () => {
  expect(toSearch('When do you open, or close?')).toBe('When OR do OR you OR open OR close');
  expect(toSearch('"a" -b & c | !d:*')).toBe('a OR b OR c OR d');
  expect(toSearch(' ?! ')).toBe('');
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => /^[\p{L}\p{M}\p{N} ]*$/u.test(toSearch(text))));
});
