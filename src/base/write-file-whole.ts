/** Writes a stream to a new file that only its owner may read: all of it, on the disk, or no file at all. */
import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';

export interface WrittenFile {
  length: number;
  /** In hexadecimal digits. */
  sha256: string;
}

/** Whatever goes wrong, with the disk or with `body`, is thrown as it is; the file is gone then. */
export async function writeFileWhole(path: string, body: AsyncIterable<Uint8Array>): Promise<WrittenFile> {
  const hash = createHash('sha256');
  let length = 0;
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      for await (const chunk of body) {
        // A write may take less than it was given.
        for (let from = 0; from < chunk.length; ) from += (await file.write(chunk, from)).bytesWritten;
        hash.update(chunk);
        length += chunk.length;
      }
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') await rm(path, { force: true });
    throw error;
  }
  return { length, sha256: hash.digest('hex') };
}
