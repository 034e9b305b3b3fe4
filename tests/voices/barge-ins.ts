/** Proof: after a `clear` no sound of the dead utterance is sent, however often the assistant is interrupted. */
import { proveAgreement } from './agreement.ts';

export interface BargeIns {
  /** How often the carrier was told to drop what it still had. */
  interruptions: number;
  troubles: string[];
}

/**
 * Calls in which the person speaks over the assistant again and again. Sound carries the number of its utterance: what is
 * stale, repeated or lost is an oddity to the person's ear.
 */
export async function countBargeIns(wanted: { least: number; firstSeed: number }): Promise<BargeIns> {
  const found: BargeIns = { interruptions: 0, troubles: [] };
  for (let seed = wanted.firstSeed; found.interruptions < wanted.least; seed += 1) {
    const { interruptions, troubles } = await proveAgreement('cascade', { seed, interruptions: 60 });
    found.interruptions += interruptions;
    found.troubles.push(...troubles.map((trouble) => `seed ${seed}: ${trouble}`));
    if (interruptions === 0) found.troubles.push(`seed ${seed}: nobody was interrupted`);
    if (found.troubles.length > 20) break;
  }
  return found;
}
