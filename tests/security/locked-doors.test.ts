/** A small part of every security proof; `npm run test:security` runs them in full. */
import { describe, expect, inject, it } from 'vitest';
import { fuzzParsers, toRepro } from '../fuzz/fuzz-parsers.ts';
import { proofs } from './proofs.ts';

const seed = 1;

describe('what a stranger tries', () => {
  it.each(proofs)('comes to nothing: $name', { timeout: 120_000 }, async ({ run, small }) => {
    const found = await run({ tries: small, seed, storeTemplate: inject('migratedTemplate') });
    for (const [title, { misses, rowsChanged, tried }] of Object.entries(found)) {
      expect({ title, misses, rowsChanged }).toEqual({ title, misses: [], rowsChanged: 0 });
      expect(tried).toBeGreaterThanOrEqual(15);
    }
  });

  it('throws no parser off its feet', { timeout: 60_000 }, async () => {
    const { finds, targets } = await fuzzParsers({ inputs: 20_000, seed });
    expect(finds.map((find) => `${find.what}: ${toRepro(seed, find)}`)).toEqual([]);
    // A parser that takes nothing at all was not reached.
    expect(Object.entries(targets).filter(([, { taken }]) => taken === 0)).toEqual([]);
  });
});
