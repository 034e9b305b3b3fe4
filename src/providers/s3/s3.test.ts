import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../base/clock.ts';
import { systemRandom } from '../../base/random.ts';
import { describeBlobStore } from '../../ports/contracts/blob-store.contract.ts';
import { type FakeBucket, startFakeBucket } from './fake-bucket.ts';
import { createS3, type S3Options } from './s3.ts';

const key = { id: 'AKID', secret: 'a secret/with+signs' };
const draftsFolder = join(mkdtempSync(join(tmpdir(), 'callwright-s3-')), 'drafts');
let server: FakeBucket;
let clock: FakeClock;
beforeAll(async () => {
  server = await startFakeBucket(key);
});
afterAll(async () => {
  await server.close();
  rmSync(join(draftsFolder, '..'), { recursive: true, force: true });
});
beforeEach(() => {
  clock = createFakeClock();
  server.blobs.clear();
  server.unwell = [];
});

function open(changes: Partial<S3Options> = {}) {
  return createS3({
    ...{ bucket: 'recordings', endpoint: server.url, region: 'eu-central-1' },
    ...{ accessKeyId: key.id, secretAccessKey: key.secret },
    ...{ draftsFolder, fetch, clock, random: systemRandom },
    ...changes,
  });
}

describeBlobStore('a bucket', () => open());

async function* bytes(length: number): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(length);
}
const sound = (length = 5) => ({ contentType: 'audio/wav', length, body: bytes(length) });
const unavailable = { code: 'blob/unavailable' };

it('was never refused a signature, and leaves no draft behind', async () => {
  await open().put('recordings/one.wav', sound());
  expect(server.refusals).toEqual([]);
  expect(server.requests).toContain('PUT /recordings/recordings/one.wav');
  expect(readdirSync(draftsFolder)).toEqual([]);
});

it('says so when its key is wrong', async () => {
  const store = open({ secretAccessKey: 'another' });
  await expect(store.put('one', sound())).rejects.toMatchObject(unavailable);
  await expect(store.get('one')).rejects.toMatchObject(unavailable);
  await expect(store.delete('one')).rejects.toMatchObject(unavailable);
  expect(server.refusals.splice(0)).toEqual(Array(3).fill('a wrong signature'));
});

it.each([500, 503, 301])('is not available when the bucket answers %i', async (status) => {
  for (const work of [() => open().put('one', sound()), () => open().get('one'), () => open().delete('one')]) {
    server.unwell = [status];
    await expect(work()).rejects.toMatchObject(unavailable);
  }
  expect(server.blobs.size).toBe(0);
});

it('does not take a blob that breaks off while it is read for a whole one', async () => {
  const store = open();
  await store.put('one', sound(100_000));
  const blob = await store.get('one');
  server.unwell = [{ cutAfter: 1000 }];
  const reading = (async () => {
    for await (const _ of (await blob?.read()) ?? []);
  })();
  await expect(reading).rejects.toMatchObject(unavailable);
});

it('gives a bucket up that does not answer, and leaves no timer', async () => {
  server.unwell = ['silent'];
  const asked = open().get('one');
  asked.catch(() => {});
  while (!server.requests.at(-1)?.startsWith('HEAD') || server.unwell.length > 0) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  clock.advance(30_000);
  await expect(asked).rejects.toMatchObject(unavailable);
  expect(clock.pendingTimers).toBe(0);
});

it('asks Amazon itself when no other server is named', async () => {
  const asked: string[] = [];
  const store = open({
    endpoint: null,
    fetch: async (url) => {
      asked.push(String(url));
      return new Response(null, { status: 404 });
    },
  });
  expect(await store.get('recordings/one.wav')).toBeNull();
  expect(asked).toEqual(['https://s3.eu-central-1.amazonaws.com/recordings/recordings/one.wav']);
});
