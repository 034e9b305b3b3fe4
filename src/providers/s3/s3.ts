/** Keeps blobs in a bucket that speaks S3; each is written to the disk first, so that it is sent whole and signed. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { AwsV4Signer } from 'aws4fetch';
import type { Clock } from '../../base/clock.ts';
import { CallwrightError, messageOf } from '../../base/errors.ts';
import type { Random } from '../../base/random.ts';
import { type WrittenFile, writeFileWhole } from '../../base/write-file-whole.ts';
import { type BlobStore, checkBlobName } from '../../ports/blob-store.ts';

export interface S3Bucket {
  bucket: string;
  /** Null: Amazon's own server of the region. */
  endpoint: string | null;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
}

export interface S3Options extends S3Bucket {
  /** Where blobs wait on their way to the bucket. */
  draftsFolder: string;
  fetch: typeof globalThis.fetch;
  clock: Clock;
  random: Random;
}

/** Until the server answers, and between two pieces of a blob. */
const patienceMs = 30_000;
/** The slowest line that a blob is sent over: 100 kB/s. */
const sendingBytesPerMs = 100;

interface S3Request {
  method: 'GET' | 'HEAD' | 'PUT' | 'DELETE';
  name: string;
  sha256?: string;
  /** Not part of the signature. */
  headers?: Record<string, string>;
  body?: ReadableStream;
  patienceMs?: number;
}

interface S3Answer {
  response: Response;
  /** Breaks the answer's body off. */
  abort: AbortController;
}

export function createS3(options: S3Options): BlobStore {
  const { clock, random, draftsFolder } = options;
  const ask = (request: S3Request) => orUnavailable(() => send(options, request));

  const put: BlobStore['put'] = async (name, { contentType, length, body }) => {
    checkBlobName(name);
    const draft = join(draftsFolder, Buffer.from(random.bytes(16)).toString('hex'));
    try {
      const written = await orUnavailable(async () => {
        await mkdir(draftsFolder, { recursive: true, mode: 0o700 });
        return writeFileWhole(draft, body);
      });
      checkLength(written, length);
      const { response, abort } = await ask({
        method: 'PUT',
        name,
        sha256: written.sha256,
        headers: { 'content-type': contentType, 'content-length': String(written.length) },
        body: Readable.toWeb(createReadStream(draft)) as ReadableStream,
        patienceMs: patienceMs + written.length / sendingBytesPerMs,
      });
      abort.abort();
      if (response.ok) return written;
      throw unavailable(`the bucket answered ${response.status} to a blob`);
    } finally {
      await rm(draft, { force: true });
    }
  };

  return {
    name: 's3',
    put,
    async get(name) {
      checkBlobName(name);
      const { response } = await ask({ method: 'HEAD', name });
      if (response.status === 404) return null;
      const length = Number(response.headers.get('content-length') ?? Number.NaN);
      if (!response.ok || !Number.isSafeInteger(length)) throw unavailable(`the bucket answered ${response.status}`);
      const contentType = response.headers.get('content-type') ?? 'application/octet-stream';
      return {
        contentType,
        length,
        async read(range) {
          const headers = range ? { range: `bytes=${range.start}-${range.end}` } : {};
          const answer = await ask({ method: 'GET', name, headers });
          const { status, body } = answer.response;
          if (body !== null && status === (range ? 206 : 200)) return readPatiently(clock, body, answer.abort);
          answer.abort.abort();
          throw unavailable(`the bucket answered ${status} when it was read`);
        },
      };
    },
    async delete(name) {
      checkBlobName(name);
      const { response, abort } = await ask({ method: 'DELETE', name });
      abort.abort();
      if (!response.ok && response.status !== 404) throw unavailable(`the bucket answered ${response.status}`);
    },
  };
}

async function send(options: S3Options, request: S3Request): Promise<S3Answer> {
  const { clock, endpoint, region, accessKeyId, secretAccessKey } = options;
  const server = endpoint ?? `https://s3.${region}.amazonaws.com`;
  const signed = await new AwsV4Signer({
    method: request.method,
    url: `${server}/${options.bucket}/${request.name}`,
    headers: { 'x-amz-content-sha256': request.sha256 ?? sha256OfNothing },
    datetime: toIso8601Basic(clock.now()),
    ...{ service: 's3', region, accessKeyId, secretAccessKey },
  }).sign();
  for (const [name, value] of Object.entries(request.headers ?? {})) signed.headers.set(name, value);
  const abort = new AbortController();
  const stopTimer = clock.startTimer(request.patienceMs ?? patienceMs, () => abort.abort(new Error('no answer')));
  try {
    const response = await options.fetch(signed.url, {
      method: request.method,
      headers: signed.headers,
      ...(request.body ? { body: request.body, duplex: 'half' } : {}),
      redirect: 'manual',
      signal: abort.signal,
    });
    return { response, abort };
  } finally {
    stopTimer();
  }
}

const sha256OfNothing = createHash('sha256').digest('hex');

/** For example 20260105T150000Z. */
const toIso8601Basic = (ms: number) => new Date(ms).toISOString().replace(/[:-]|\.\d{3}/g, '');

const unavailable = (message: string, cause?: unknown) => new CallwrightError('blob/unavailable', message, { cause });

function checkLength(written: WrittenFile, expected: number | null): void {
  if (expected === null || written.length === expected) return;
  throw new CallwrightError('blob/incomplete', `${written.length} bytes came of ${expected}`);
}

/** A piece that does not come in time breaks the reading off; so does a reader that has enough. */
async function* readPatiently(
  clock: Clock,
  body: NonNullable<Response['body']>,
  abort: AbortController,
): AsyncGenerator<Uint8Array> {
  const wait = () => clock.startTimer(patienceMs, () => abort.abort(new Error('the bucket stopped sending')));
  let stopTimer = wait();
  try {
    for await (const chunk of body) {
      stopTimer();
      yield chunk;
      stopTimer = wait();
    }
  } catch (error) {
    throw unavailable(`the bucket broke off: ${messageOf(error)}`, error);
  } finally {
    stopTimer();
    abort.abort();
  }
}

async function orUnavailable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CallwrightError) throw error;
    throw unavailable(`the bucket: ${messageOf(error)}`, error);
  }
}
