/** Runs one seed on tables in memory. */
import type { CallParts } from '../../src/call/run-call.ts';
import { createMemoryBackend, emptyTables, type PgliteBackend } from './memory/backends.ts';
import type { TableDefinition } from './memory/catalogue.ts';
import { type TableShape, toShape } from './memory/tables.ts';
import { drawSwarm, type Swarm } from './world/swarm.ts';
import { runWorld, type SeedResult } from './world/world.ts';

export const toShapes = (catalogue: readonly TableDefinition[]): TableShape[] => catalogue.map(toShape);

export interface SeedOptions {
  shapes: readonly TableShape[];
  swarm?: Swarm;
  spoil?(parts: CallParts): CallParts;
}

export function runSeed(seed: number, { shapes, swarm, spoil }: SeedOptions): Promise<SeedResult> {
  const backend = createMemoryBackend(shapes, { oneAtATime: false });
  return runWorld({
    ...{ seed, swarm: swarm ?? drawSwarm(seed), backend, database: backend.database, restEvents: null, settled: null },
    spoil: spoil ?? ((parts) => parts),
  });
}

/**
 * The same seed on tables in memory and on Postgres, one transaction at a time, as the embedded database has it. Only
 * memory can be looked into, so it keeps the laws and tells when all is at rest; their hashes are to be the same.
 */
export async function runSeedOnBoth(
  seed: number,
  { shapes, pglite }: { shapes: readonly TableShape[]; pglite: PgliteBackend },
) {
  // Each statement is an event of its own, so that it does not matter how long a real database takes over it.
  const swarm = { ...drawSwarm(seed), interleaving: 1 };
  const usual = { restEvents: null, settled: null, spoil: (parts: CallParts) => parts };
  const memory = createMemoryBackend(shapes, { oneAtATime: true });
  const inMemory = await runWorld({ seed, swarm, backend: memory, database: memory.database, ...usual });
  await emptyTables(
    pglite,
    shapes.map(({ name }) => name),
  );
  const { settled } = pglite;
  const { restEvents } = inMemory;
  const onPostgres = await runWorld({ seed, swarm, backend: pglite, database: null, ...usual, restEvents, settled });
  return { inMemory, onPostgres };
}
