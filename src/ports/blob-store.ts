/** Where large things such as recordings are kept: a folder, or a bucket that speaks S3. */
import { CallwrightError } from '../base/errors.ts';

export interface StoredBlob {
  contentType: string;
  length: number;
  /**
   * The bytes from `start` to `end`, both counted in; everything unless told.
   * @throws CallwrightError `blob/unavailable`
   */
  read(range?: { start: number; end: number }): Promise<AsyncIterable<Uint8Array>>;
}

export interface BlobStore {
  name: string;
  /**
   * Keeps a blob under a name of our own making; whole or not at all. One of the same name is replaced.
   * @throws CallwrightError `blob/bad-name`
   * @throws CallwrightError `blob/incomplete` when other than `length` bytes come
   * @throws CallwrightError `blob/unavailable` when it cannot be kept, or its body broke off
   */
  put(
    name: string,
    blob: { contentType: string; length: number | null; body: AsyncIterable<Uint8Array> },
  ): Promise<{ length: number; sha256: string }>;
  /** Null when there is none. @throws CallwrightError `blob/bad-name`, `blob/unavailable` */
  get(name: string): Promise<StoredBlob | null>;
  /** One that is gone already counts as deleted. @throws CallwrightError `blob/bad-name`, `blob/unavailable` */
  delete(name: string): Promise<void>;
}

/** Up to four parts of letters, digits, `-`, `_` and single dots inside. */
const blobName = /^(?!.{201})[\w-]+(\.[\w-]+)*(\/[\w-]+(\.[\w-]+)*){0,3}$/;

/** @throws CallwrightError `blob/bad-name` for whatever could name something else than a blob */
export function checkBlobName(name: string): void {
  if (blobName.test(name)) return;
  throw new CallwrightError('blob/bad-name', 'not the name of a blob');
}
