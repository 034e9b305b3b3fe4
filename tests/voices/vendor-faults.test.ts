/** A part of all faults at all moments; `npm run test:voices` runs every one with three seeds. */
import { describe, expect, it } from 'vitest';
import { allFaultCases, faultKinds, nameOfCase, proveFault } from './faults.ts';

const all = allFaultCases([Number(process.env.VOICES_SEED ?? 1)]);

describe.each(faultKinds)('whatever a vendor of %s does', (kind) => {
  // Every fault, at one moment after the other.
  const some = all.filter((one) => one.kind === kind).filter((_, at) => at % 4 === Math.floor(at / 4) % 4);

  it.each(some.map((one) => [nameOfCase(one), one] as const))(
    'nobody waits long, and the call ends: %s',
    async (name, one) => {
      const { troubles } = await proveFault(one);
      expect(troubles, `npm run test:voices -- faults --case "${name}"`).toEqual([]);
    },
  );
});
