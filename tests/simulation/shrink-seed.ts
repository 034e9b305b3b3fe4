/** Makes a seed that breaks a law smaller, as long as it still breaks one: fewer jobs, then fewer kinds of faults. */
import { runSeed, type SeedOptions } from './run-seed.ts';
import { drawSwarm, type Swarm } from './world/swarm.ts';
import type { SeedResult } from './world/world.ts';

const faults = [
  ...['requestLost', 'connectionRefused', 'responseLost', 'serverError', 'tooManyRequests', 'refused', 'slowAnswer'],
  ...['callbackDropped', 'callbackDoubled', 'callbackDelayed', 'lineBroken', 'crash', 'pause', 'collision'],
  ...['connectionLost', 'clockJump', 'edits', 'scheduled', 'retried', 'contacts', 'incoming'],
] as readonly (keyof Swarm)[];

export async function shrinkSeed(seed: number, options: SeedOptions): Promise<{ swarm: Swarm; result: SeedResult }> {
  let swarm = options.swarm ?? drawSwarm(seed);
  let result = await runSeed(seed, { ...options, swarm });
  const tryWith = async (smaller: Swarm): Promise<boolean> => {
    const made = await runSeed(seed, { ...options, swarm: smaller });
    if (!made.broken) return false;
    swarm = smaller;
    result = made;
    return true;
  };
  while (swarm.jobs > 1 && (await tryWith({ ...swarm, jobs: Math.floor(swarm.jobs / 2) }))) {
    // Half as many again.
  }
  for (const fault of faults) if (swarm[fault] !== 0) await tryWith({ ...swarm, [fault]: 0 });
  while (swarm.nodes > 1 && (await tryWith({ ...swarm, nodes: swarm.nodes - 1 }))) {
    // One less again.
  }
  return { swarm, result };
}
