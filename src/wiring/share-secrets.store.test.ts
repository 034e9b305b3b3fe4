import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freshPostgres, hasPostgres } from '../../tests/setup/describe-on-both.ts';
import { createFakeClock } from '../base/clock.ts';
import { silentLogger } from '../base/log.ts';
import { systemRandom } from '../base/random.ts';
import { rotateSigningKey } from '../config/signing-keys.ts';
import { openStore } from '../store/open-store.ts';
import { shareSecrets } from './share-secrets.ts';

const names = ['session-secret', 'operator-key', 'jwt-keys.json'];

describe.runIf(hasPostgres())('nodes on one Postgres server', () => {
  it('use the secrets of the first, and a rotated key of any', async () => {
    const place = await freshPostgres();
    const parts = { random: systemRandom, log: silentLogger };
    const store = await openStore(place.options, { ...parts, clock: createFakeClock() });
    const secretsOf = (dataDir: string) => names.map((name) => readFileSync(join(dataDir, 'secrets', name), 'utf8'));
    const openNode = async (name: string) => {
      const dataDir = mkdtempSync(join(tmpdir(), `callwright-node-${name}-`));
      const clock = createFakeClock();
      const stop = await shareSecrets({ ...parts, clock, store, dataDir });
      return { dataDir, clock, stop };
    };
    const [first, second, third] = [await openNode('a'), await openNode('b'), await openNode('c')];
    expect(secretsOf(second.dataDir)).toEqual(secretsOf(first.dataDir));
    expect(secretsOf(third.dataDir)).toEqual(secretsOf(first.dataDir));
    expect(statSync(join(second.dataDir, 'secrets', 'operator-key')).mode & 0o777).toBe(0o600);

    second.clock.advance(1000);
    const kid = await rotateSigningKey(second.dataDir, { ...parts, clock: second.clock, dropsOld: true });
    // Each looks when its time comes, and who stops waits for the look under way.
    for (const { clock, stop } of [second, third, first]) {
      clock.advance(10_000);
      await stop();
      expect(clock.pendingTimers).toBe(0);
    }
    expect(secretsOf(second.dataDir)[2]).toContain(kid);
    expect(secretsOf(third.dataDir)).toEqual(secretsOf(second.dataDir));
    expect(secretsOf(first.dataDir)).toEqual(secretsOf(second.dataDir));
    await store.close();
    await place.remove();
  });
});
