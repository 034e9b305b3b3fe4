import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPgliteBackend, type PgliteBackend } from './memory/backends.ts';
import { readCatalogue } from './memory/catalogue.ts';
import type { TableShape } from './memory/tables.ts';
import { runSeed, runSeedOnBoth, toShapes } from './run-seed.ts';

let shapes: readonly TableShape[];
let pglite: PgliteBackend;

beforeAll(async () => {
  shapes = toShapes(await readCatalogue());
  pglite = await createPgliteBackend();
});

afterAll(() => pglite.close());

it('keeps every law for thirty seeds of nodes that crash, a carrier that lies and a network that loses', async () => {
  for (let seed = 1; seed <= 30; seed += 1) {
    const { broken } = await runSeed(seed, { shapes });
    expect(broken, `npm run simulation -- --seed ${seed}`).toBeNull();
  }
});

it('gives the same history for the same seed', async () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const first = await runSeed(seed, { shapes });
    const second = await runSeed(seed, { shapes });
    expect(second.digest).toBe(first.digest);
  }
});

it('has the same history on tables in memory as on Postgres', async () => {
  for (const seed of [1, 3]) {
    const { inMemory, onPostgres } = await runSeedOnBoth(seed, { shapes, pglite });
    expect(onPostgres.tail).toEqual(inMemory.tail);
    expect(onPostgres.digest).toBe(inMemory.digest);
  }
});
