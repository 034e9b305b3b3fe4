/** Who says `VOICES_SEED=7` has these calls go another way; each failure names what brings it back. */
import { describe, expect, it } from 'vitest';
import { engines } from '../../src/assistant/assistant.ts';
import { proveAgreement } from './agreement.ts';
import { countBargeIns } from './barge-ins.ts';

const firstSeed = Number(process.env.VOICES_SEED ?? 1);

describe.each(engines)('with the engine %s the person and the transcript agree on every word', (engine) => {
  it('at many random interruptions', async () => {
    let interruptions = 0;
    for (let seed = firstSeed; interruptions < 60; seed += 1) {
      const proved = await proveAgreement(engine, { seed, interruptions: 25 });
      expect(proved.troubles, `npm run test:voices -- agreement --engine ${engine} --seed ${seed}`).toEqual([]);
      expect(proved.words).toBeGreaterThan(100);
      interruptions += proved.interruptions;
    }
  });
});

describe('the cascade', () => {
  it.each([
    ['nova', 'sonic'],
    ['ink', 'aura'],
    ['scribe', 'elevenlabs'],
    ['whisper', 'sonic'],
  ] as const)('agrees with the person with the ears %s and the voice %s', async (ears, mouth) => {
    const proved = await proveAgreement('cascade', {
      ...{ seed: firstSeed, interruptions: 20, ears: [ears], mouths: [mouth] },
    });
    expect(proved.troubles).toEqual([]);
  });

  it('sends nothing of a reply after it was interrupted', async () => {
    const { interruptions, troubles } = await countBargeIns({ least: 100, firstSeed: firstSeed + 1000 });
    expect(troubles).toEqual([]);
    expect(interruptions).toBeGreaterThanOrEqual(100);
  });
});
