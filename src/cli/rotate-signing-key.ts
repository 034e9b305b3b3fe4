/** `callwright rotate-signing-key`: makes a new key to sign access tokens with; a running server takes it up by itself. */
import { systemClock } from '../base/clock.ts';
import { systemRandom } from '../base/random.ts';
import { rotateSigningKey } from '../config/signing-keys.ts';
import { readCommandConfig } from './environment.ts';

export async function rotate({ dropOld }: { dropOld: boolean }): Promise<void> {
  const { dataDir } = readCommandConfig();
  const kid = await rotateSigningKey(dataDir, { clock: systemClock, random: systemRandom, dropsOld: dropOld });
  const before = dropOld
    ? 'Every access token that was given out before is void now.'
    : 'Tokens of the key before are good until they expire, 15 minutes at most.';
  console.log(`The key ${kid} signs from now on. ${before}`);
}
