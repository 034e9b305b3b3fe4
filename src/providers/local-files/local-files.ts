/** Keeps blobs as files of one folder, each written whole and flushed; their kind stands in a small file beside them. */
import { createReadStream } from 'node:fs';
import { lstat, mkdir, open, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { CallwrightError, messageOf } from '../../base/errors.ts';
import type { Random } from '../../base/random.ts';
import { type WrittenFile, writeFileWhole } from '../../base/write-file-whole.ts';
import { type BlobStore, checkBlobName, type StoredBlob } from '../../ports/blob-store.ts';

export function createLocalFiles(options: { folder: string; random: Random; clock: Clock }): BlobStore {
  const { folder, random, clock } = options;
  const drafts = join(folder, '.drafts');

  /** Where a blob is; its folder is made when `toWrite`, and is never one outside of ours, whatever links there are. */
  const placeOf = async (name: string, toWrite: boolean): Promise<string> => {
    checkBlobName(name);
    const path = join(folder, ...name.split('/'));
    if (toWrite) await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const [root, parent] = await Promise.all([realpath(folder), realpath(dirname(path))]);
    if (parent === root || parent.startsWith(`${root}${sep}`)) return path;
    throw new CallwrightError('blob/bad-name', 'a link leads out of the folder of blobs');
  };

  const put: BlobStore['put'] = (name, blob) =>
    orUnavailable(async () => {
      const path = await placeOf(name, true);
      await mkdir(drafts, { recursive: true, mode: 0o700 });
      await removeOldDrafts(drafts, clock.now() - forgottenMs);
      const draft = join(drafts, Buffer.from(random.bytes(16)).toString('hex'));
      try {
        const written = await writeFileWhole(draft, blob.body);
        checkLength(written, blob.length);
        await writeFile(`${draft}-kind`, blob.contentType, { mode: 0o600, flush: true });
        await rename(`${draft}-kind`, kindOf(path));
        await rename(draft, path);
        await syncFolder(dirname(path));
        return written;
      } finally {
        await Promise.all([draft, `${draft}-kind`].map((file) => rm(file, { force: true })));
      }
    });

  const get: BlobStore['get'] = (name) =>
    orUnavailable(async () => {
      const path = await orNothing(() => placeOf(name, false));
      const found = path === null ? null : await orNothing(() => lstat(path));
      if (path === null || !found?.isFile()) return null;
      const contentType = (await orNothing(() => readFile(kindOf(path), 'utf8'))) ?? 'application/octet-stream';
      return toStoredBlob(path, { contentType, length: found.size });
    });

  return {
    name: 'local-files',
    put,
    get,
    delete: (name) =>
      orUnavailable(async () => {
        const path = await orNothing(() => placeOf(name, false));
        if (path === null) return;
        await rm(path, { force: true });
        await rm(kindOf(path), { force: true });
      }),
  };
}

/** A draft this old was left by a server that was killed. */
const forgottenMs = 24 * 3600 * 1000;

async function removeOldDrafts(drafts: string, beforeMs: number): Promise<void> {
  for (const name of await readdir(drafts)) {
    const about = await orNothing(() => stat(join(drafts, name)));
    if (about && about.mtimeMs < beforeMs) await rm(join(drafts, name), { force: true });
  }
}

/** No blob's own name has two dots in a row. */
const kindOf = (path: string) => `${path}..kind`;

function toStoredBlob(path: string, about: { contentType: string; length: number }): StoredBlob {
  return {
    ...about,
    read: (range) =>
      orUnavailable(async () => {
        const stream = createReadStream(path, range ?? {});
        await new Promise<void>((resolve, reject) => stream.once('open', () => resolve()).once('error', reject));
        return stream;
      }),
  };
}

function checkLength(written: WrittenFile, expected: number | null): void {
  if (expected === null || written.length === expected) return;
  throw new CallwrightError('blob/incomplete', `${written.length} bytes came of ${expected}`);
}

/** Makes the new name itself outlast a power cut. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function orNothing<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}

async function orUnavailable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CallwrightError) throw error;
    throw new CallwrightError('blob/unavailable', `the folder of blobs: ${messageOf(error)}`, { cause: error });
  }
}
