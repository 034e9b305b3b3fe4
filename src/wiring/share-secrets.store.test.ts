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
    const clock = createFakeClock();
    const parts = { clock, random: systemRandom, log: silentLogger };
    const store = await openStore(place.options, parts);
    const dirs = ['a', 'b', 'c'].map((name) => mkdtempSync(join(tmpdir(), `callwright-node-${name}-`)));
    const secretsOf = (dataDir: string) => names.map((name) => readFileSync(join(dataDir, 'secrets', name), 'utf8'));
    const stops: (() => Promise<void>)[] = [];
    for (const dataDir of dirs) stops.push(await shareSecrets({ ...parts, store, dataDir }));
    const [first = '', second = '', third = ''] = dirs;
    expect(secretsOf(second)).toEqual(secretsOf(first));
    expect(secretsOf(third)).toEqual(secretsOf(first));
    expect(statSync(join(second, 'secrets', 'operator-key')).mode & 0o777).toBe(0o600);

    clock.advance(1000);
    const kid = await rotateSigningKey(second, { ...parts, dropsOld: true });
    await expect
      .poll(() => {
        clock.advance(10_000);
        return dirs.every(
          (dataDir) => secretsOf(dataDir)[2]?.includes(kid) && secretsOf(dataDir)[2] === secretsOf(second)[2],
        );
      })
      .toBe(true);
    for (const stop of stops) await stop();
    expect(clock.pendingTimers).toBe(0);
    await store.close();
    await place.remove();
  });
});
