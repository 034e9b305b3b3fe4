import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSeededRandom, systemRandom } from '../base/random.ts';
import { hashOf, isSameSecret, makeApiKey, prefixOf } from './api-key.ts';

it('makes keys that show a prefix and hide 256 bits', () => {
  const { whole, prefix, hash } = makeApiKey(systemRandom);
  expect(whole).toMatch(/^cw_live_[0-9a-z]{12}_[\w-]{43}$/);
  expect(prefixOf(whole)).toBe(prefix);
  expect(hash).toBe(hashOf(whole));
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
});

it('finds the prefix of every key it makes, whatever the secret holds', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const key = makeApiKey(createSeededRandom(seed));
      expect(prefixOf(key.whole)).toBe(key.prefix);
    }),
  );
});

it.each([
  [''],
  ['cw_live_'],
  ['cw_live_abcdefghijkl'],
  [`cw_live_abcdefghijkl_${'x'.repeat(42)}`],
  [`cw_live_abcdefghijkl_${'x'.repeat(44)}`],
  [`cw_live_ABCDEFGHIJKL_${'x'.repeat(43)}`],
  [`cw_live_abcdefghijkl_${'x'.repeat(43)}\n`],
  [` cw_live_abcdefghijkl_${'x'.repeat(43)}`],
  [`cw_operator_${'x'.repeat(43)}`],
])('takes %j for no key', (text) => {
  expect(prefixOf(text)).toBeNull();
});

it('compares secrets of any length', () => {
  expect(isSameSecret('secret', 'secret')).toBe(true);
  for (const other of ['', 'secre', 'secrets', 'Secret', 'secret\0']) expect(isSameSecret('secret', other)).toBe(false);
});
