import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nestingOf } from './parse-json.ts';

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

it('finds how deep any JSON is nested, whatever stands in its strings and names', () => {
  const text = fc.string({ unit: fc.constantFrom('{', '[', ']', '}', '"', '\\', 'a', '\u{1f600}') });
  const value = fc.letrec((tie) => ({
    any: fc.oneof({ maxDepth: 6 }, text, fc.integer(), fc.array(tie('any')), fc.dictionary(text, tie('any'))),
  })).any;
  fc.assert(
    fc.property(value, fc.constantFrom(undefined, 2), (any, indent) => {
      expect(nestingOf(JSON.stringify(any, null, indent))).toBe(depthOf(any));
    }),
    { numRuns: 500 },
  );
});

it.each([
  ['', 0],
  ['{', 1],
  ['{"a": [', 2],
  ['"{{{', 0],
  ['"\\"{', 0],
  [']]]][', 0],
])('counts what is open in text that is no JSON: %s', (text, most) => {
  expect(nestingOf(text)).toBe(most);
});

it('reads the deepest body there can be in no time', () => {
  const startedAt = performance.now();
  expect(nestingOf('['.repeat(100_000))).toBe(100_000);
  expect(performance.now() - startedAt).toBeLessThan(200);
});
