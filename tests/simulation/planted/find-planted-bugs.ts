/** Runs seeds with each planted bug until a law is broken, and says by which seed it was found. */
import type { TableShape } from '../memory/tables.ts';
import { runSeed } from '../run-seed.ts';
import { plantedBugs } from './planted-bugs.ts';

export interface Found {
  bug: string;
  /** How many seeds it took; null when none of them found it. */
  seeds: number | null;
  law: string | null;
}

export async function findPlantedBug(
  bug: string,
  { shapes, most }: { shapes: readonly TableShape[]; most: number },
): Promise<Found> {
  const spoil = plantedBugs[bug];
  if (!spoil) throw new Error(`there is no planted bug of this name: ${bug}`);
  for (let seed = 1; seed <= most; seed += 1) {
    const { broken } = await runSeed(seed, { shapes, spoil });
    if (broken) return { bug, seeds: seed, law: broken.law };
  }
  return { bug, seeds: null, law: null };
}
