/** The keys that access tokens are signed with: a file of the data directory, read again so that a rotation takes hold. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import { CallwrightError, messageOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import { makeOnce } from './secrets.ts';

export interface SigningKey {
  kid: string;
  secret: Uint8Array;
  createdAtMs: number;
}

export interface SigningKeys {
  /** Oldest first; the last one signs. */
  all(): Promise<readonly SigningKey[]>;
}

interface Parts {
  clock: Clock;
  random: Random;
  log: Logger;
}

/** At most this old is what is known of the file. */
const freshMs = 1000;
/** A key that was replaced so long ago is dropped at the next rotation: none of its tokens lives any more. */
const keptMs = 3_600_000;

const fileSchema = z
  .array(
    z.strictObject({
      kid: z.string().regex(/^[\w-]{1,64}$/),
      // 256 bits at least, in base64url.
      secret: z.string().regex(/^[\w-]{43,512}$/),
      createdAt: z.iso.datetime(),
    }),
  )
  .min(1);

const fileIn = (dataDir: string) => join(dataDir, 'secrets', 'jwt-keys.json');

/** @throws CallwrightError `config/unusable-data-directory` when the file holds no usable keys */
export async function openSigningKeys(dataDir: string, parts: Parts): Promise<SigningKeys> {
  const file = fileIn(dataDir);
  await makeOnce(file, () => toText([newKey(parts)]));
  let known = await readKeys(file);
  let readAtMs = parts.clock.monotonicMs();
  let reading: Promise<void> | null = null;
  const readAgain = async () => {
    try {
      known = await readKeys(file);
    } catch (error) {
      // The server goes on with what it knows rather than turning everybody away.
      parts.log.error({ reason: messageOf(error) }, 'the signing keys could not be read again');
    }
    readAtMs = parts.clock.monotonicMs();
    reading = null;
  };
  return {
    async all() {
      if (parts.clock.monotonicMs() - readAtMs > freshMs) reading ??= readAgain();
      await reading;
      return known;
    },
  };
}

/**
 * Adds a key, which signs from now on; with `dropsOld` no other stays, so that every access token is void at once.
 * @returns the new key's id
 * @throws CallwrightError `config/unusable-data-directory`
 */
export async function rotateSigningKey(
  dataDir: string,
  options: { clock: Clock; random: Random; dropsOld: boolean },
): Promise<string> {
  const file = fileIn(dataDir);
  const known = await readKeys(file);
  const added = newKey(options);
  const draft = `${file}.${Buffer.from(options.random.bytes(6)).toString('hex')}`;
  const kept = known.filter((_key, index) => {
    const replacedAtMs = known[index + 1]?.createdAtMs ?? added.createdAtMs;
    return !options.dropsOld && added.createdAtMs - replacedAtMs < keptMs;
  });
  try {
    await writeFile(draft, toText([...kept, added]), { mode: 0o600, flag: 'wx' });
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
  return added.kid;
}

function newKey({ clock, random }: { clock: Clock; random: Random }): SigningKey {
  const kid = `key-${Buffer.from(random.bytes(8)).toString('hex')}`;
  return { kid, secret: random.bytes(32), createdAtMs: clock.now() };
}

function toText(keys: readonly SigningKey[]): string {
  const entries = keys.map(({ kid, secret, createdAtMs }) => ({
    kid,
    secret: Buffer.from(secret).toString('base64url'),
    createdAt: new Date(createdAtMs).toISOString(),
  }));
  return `${JSON.stringify(entries, null, 2)}\n`;
}

async function readKeys(file: string): Promise<SigningKey[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw unusable(`${file} cannot be read: ${messageOf(error)}`);
  });
  const parsed = fileSchema.safeParse(parseJson(text));
  if (!parsed.success) throw unusable(`${file} holds no usable secret: delete it to have a new one made.`);
  return parsed.data.map(({ kid, secret, createdAt }) => ({
    kid,
    secret: Buffer.from(secret, 'base64url'),
    createdAtMs: Date.parse(createdAt),
  }));
}

const unusable = (message: string) => new CallwrightError('config/unusable-data-directory', message);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
