import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toPassages } from './passages.ts';

it('keeps what belongs together, under its headings', () => {
  const text = `We sell bicycles.

# Opening hours
## Weekdays
Nine to six.

Closed at noon.
## Sundays
# Prices
\`\`\`
# no heading
\`\`\``;
  expect(toPassages(text, 100)).toEqual([
    { headings: [], text: 'We sell bicycles.' },
    { headings: ['Opening hours', 'Weekdays'], text: 'Nine to six.\n\nClosed at noon.' },
    { headings: ['Opening hours'], text: 'Sundays' },
    { headings: ['Prices'], text: '```\n# no heading\n```' },
  ]);
});

it('cuts what is too long at the end of a sentence, at a space, or where it must', () => {
  expect(toPassages('One two three. Four five six.', 20).map(({ text }) => text)).toEqual([
    'One two three.',
    'Four five six.',
  ]);
  expect(toPassages('one two three four', 10).map(({ text }) => text)).toEqual(['one two', 'three four']);
  expect(toPassages('abcdefghij', 4).map(({ text }) => text)).toEqual(['abcd', 'efgh', 'ij']);
  expect(toPassages('abc😀def', 4).map(({ text }) => text)).toEqual(['abc', '😀de', 'f']);
});

const lines = fc.array(fc.oneof(fc.constantFrom('', '# A', '## B b', '```', 'x'.repeat(90)), fc.string()), {
  maxLength: 30,
});
const bare = (text: string) => text.replaceAll(/\s/g, '');

it('loses no word, makes none up, and makes no passage too long', () => {
  fc.assert(
    fc.property(lines, fc.integer({ min: 20, max: 200 }), (all, most) => {
      const text = all.join('\n');
      const passages = toPassages(text, most);
      for (const passage of passages) {
        expect(passage.text.length).toBeLessThanOrEqual(most);
        expect(passage.text.trim()).not.toBe('');
      }
      const told = new Set(
        passages.flatMap((passage) => [...passage.headings, passage.text].flatMap((part) => [...bare(part)])),
      );
      expect([...bare(text)].filter((character) => character !== '#' && !told.has(character))).toEqual([]);
      expect(bare(passages.map((passage) => passage.text).join('')).length).toBeLessThanOrEqual(bare(text).length);
    }),
  );
});

it('takes no longer for a text that was made to be slow', () => {
  for (const text of ['#'.repeat(200_000), '. '.repeat(100_000), `${' '.repeat(200_000)}x`, '# a\n'.repeat(50_000)]) {
    expect(toPassages(text, 900).every((passage) => passage.text.length <= 900)).toBe(true);
  }
});
