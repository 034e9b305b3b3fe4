/** The secrets of the data directory, the same on every node: the first one's, kept in the database they share. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { CancelTimer, Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import { openSecrets } from '../config/secrets.ts';
import { openSigningKeys } from '../config/signing-keys.ts';
import type { Store } from '../store/open-store.ts';
import { findSharedSecret, replaceSharedSecret, shareSecret } from '../store/shared-secrets.ts';

interface Parts {
  store: Store;
  dataDir: string;
  clock: Clock;
  random: Random;
  log: Logger;
}

const fixed = ['session-secret', 'operator-key'] as const;
const signingKeys = 'jwt-keys.json';
/** So long after a rotation on one node the others sign with the new key, too. */
const lookEveryMs = 10_000;

/** @returns what ends the looking for rotated keys */
export async function shareSecrets(parts: Parts): Promise<() => Promise<void>> {
  const { store, dataDir, clock, log } = parts;
  // Nobody shares an embedded database.
  if (store.kind !== 'postgres') return async () => {};
  const folder = join(dataDir, 'secrets');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const name of fixed) {
    const known = await findSharedSecret(store.db, name);
    if (known !== null) await take(parts, join(folder, name), known);
  }
  await agreeOnSigningKeys(parts, join(folder, signingKeys));
  // What nobody has yet is made here.
  await openSecrets(dataDir);
  await openSigningKeys(dataDir, parts);
  for (const name of [...fixed, signingKeys]) {
    const path = join(folder, name);
    const own = await readFile(path, 'utf8');
    await take(parts, path, await shareSecret(store.db, { name, value: own, now: new Date(clock.now()) }));
  }
  let looking: Promise<void> = Promise.resolve();
  let cancelTimer: CancelTimer = () => {};
  let isStopped = false;
  const lookLater = () => {
    if (isStopped) return;
    cancelTimer = clock.startTimer(lookEveryMs, () => {
      looking = agreeOnSigningKeys(parts, join(folder, signingKeys))
        .catch((error) =>
          log.error({ reason: messageOf(error) }, 'the signing keys could not be compared with other nodes'),
        )
        .then(lookLater);
    });
  };
  lookLater();
  return async () => {
    isStopped = true;
    cancelTimer();
    await looking;
  };
}

/** Keys are only ever added or replaced by newer ones, so the newer set is the one to have. */
async function agreeOnSigningKeys(parts: Parts, path: string): Promise<void> {
  const { store, clock } = parts;
  const known = await findSharedSecret(store.db, signingKeys);
  const own = await readFile(path, 'utf8').catch(() => null);
  if (known === null || known === own) return;
  if (own === null || newestKeyMs(own) < newestKeyMs(known)) return await take(parts, path, known);
  await replaceSharedSecret(store.db, { name: signingKeys, value: own, now: new Date(clock.now()) });
}

const keysSchema = z.array(z.object({ createdAt: z.iso.datetime() }));

function newestKeyMs(text: string): number {
  const keys = keysSchema.parse(JSON.parse(text));
  return Math.max(...keys.map(({ createdAt }) => Date.parse(createdAt)));
}

/** Never half written, and for the server's own user alone. */
async function take({ log }: Parts, path: string, value: string): Promise<void> {
  const own = await readFile(path, 'utf8').catch(() => null);
  if (own === value) return;
  if (own !== null) log.warn({ path }, 'a secret was replaced by the one that the other nodes use');
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(draft, value, { mode: 0o600, flag: 'wx' });
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}
