/** A carrier that makes a call and does not say so. */
import type { Simulator } from '../../src/simulator/create-simulator.ts';

/** The answer to the next create is lost as `type` says, and no callback tells meanwhile that the call was made. */
export async function whileUnclear<T>(
  { setFaults }: Pick<Simulator, 'setFaults'>,
  type: 'ambiguous-cut' | 'ambiguous-html',
  work: () => Promise<T>,
): Promise<T> {
  const untold = { chances: [{ probability: 1, fault: { type: 'drop' as const } }], script: [] };
  setFaults({ creates: { script: [{ type }], chances: [] }, statusCallbacks: untold });
  try {
    return await work();
  } finally {
    setFaults({});
  }
}
