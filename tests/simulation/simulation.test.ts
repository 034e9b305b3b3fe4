import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkCalendar } from './calendar.ts';
import { createPgliteBackend, type PgliteBackend } from './memory/backends.ts';
import { readCatalogue } from './memory/catalogue.ts';
import type { TableShape } from './memory/tables.ts';
import { findPlantedBug } from './planted/find-planted-bugs.ts';
import { runSeed, runSeedOnBoth, toShapes } from './run-seed.ts';

let shapes: readonly TableShape[];
let pglite: PgliteBackend;

beforeAll(async () => {
  shapes = toShapes(await readCatalogue());
  pglite = await createPgliteBackend();
});

afterAll(() => pglite.close());

it('keeps every law for sixteen seeds of nodes that crash, a carrier that lies and a network that loses', async () => {
  for (let seed = 1; seed <= 16; seed += 1) {
    const { broken } = await runSeed(seed, { shapes });
    expect(broken, `npm run simulation -- --seed ${seed}`).toBeNull();
  }
});

it('gives the same history for the same seed', async () => {
  for (const seed of [1, 2, 3]) {
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

it.each([
  ['dials again after a time-out', 'L1'],
  ['asks twice for every call', 'L1'],
  ['takes busy for completed', 'L4'],
  ['forgets the SID', 'L4'],
  ['forgets the revision', 'L4'],
  // It is somebody else who is rung, who may be one that may not be.
  ['rings the number of the call before', /^L[24]$/],
  ['believes every cap to be empty', 'L7'],
  ['finds no call that it looks for', 'L4'],
])('finds the planted bug "%s"', async (bug, law) => {
  expect(await findPlantedBug(bug, { shapes, most: 60 })).toMatchObject({ law: expect.stringMatching(law) });
});

it('calls at no hour at which the clock on the wall forbids it, in any zone, by the zones of Postgres', async () => {
  const { wrong, asked } = await checkCalendar(10_000, 7);
  expect(wrong).toEqual([]);
  expect(asked).toBe(10_000);
});
