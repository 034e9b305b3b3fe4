/** Every proof with its full measure; `npm run test:security` runs them all, `npm test` a small part of each. */

import { proveSocketsLocked } from './forged-sockets.ts';
import { proveWebhooksLocked } from './forged-webhooks.ts';
import { provePathsContained, proveTextHarmless } from './hostile-text.ts';
import { proveIsolation } from './isolation.ts';
import { proveToolsBound } from './obeyed-attackers.ts';
import type { Figures, ProofOptions } from './proof.ts';

interface NamedProof {
  name: string;
  /** In full, and in `npm test`; what is counted is said by the proof. */
  full: number;
  small: number;
  run(options: ProofOptions): Promise<Record<string, Figures>>;
}

const one = (title: string, prove: (options: ProofOptions) => Promise<Figures>) => async (options: ProofOptions) => ({
  [title]: await prove(options),
});

export const proofs: readonly NamedProof[] = [
  {
    name: 'webhooks',
    full: 100_000,
    small: 1500,
    run: async (options) => {
      const { forged, replayed, genuine } = await proveWebhooksLocked(options);
      return { 'forged and mutated webhooks': forged, 'replayed webhooks': replayed, 'genuine webhooks': genuine };
    },
  },
  { name: 'sockets', full: 20_000, small: 400, run: one('sockets without the right', proveSocketsLocked) },
  { name: 'isolation', full: 3, small: 1, run: one("other clients' things", proveIsolation) },
  { name: 'paths', full: 500, small: 100, run: one('paths that climb', provePathsContained) },
  { name: 'tools', full: 5000, small: 150, run: one('tools that an attacker asks for', proveToolsBound) },
  { name: 'texts', full: 200, small: 32, run: one('texts that want to run', proveTextHarmless) },
];
