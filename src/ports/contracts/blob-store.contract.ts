/** What every store of blobs must do, run against each of them. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type BlobStore, checkBlobName, type StoredBlob } from '../blob-store.ts';

async function* pieces(bytes: Uint8Array, size = 7): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function* broken(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(10);
  throw new Error('the line broke');
}

async function readAll(blob: StoredBlob | null, range?: { start: number; end: number }): Promise<Buffer> {
  if (!blob) throw new Error('there is no such blob');
  const chunks: Uint8Array[] = [];
  for await (const chunk of await blob.read(range)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Names that must never reach anything, whatever is behind them. */
export function hostileNames(): string[] {
  const climbs = ['..', '.', '...', '.hidden', '..%2f', '%2e%2e', '%2e%2e%2f', '..\\', '..;', '．．', '‥', '.\u200b.'];
  const goals = ['etc/passwd', 'secrets/operator-key', 'recordings/a.wav', 'a.wav', ''];
  const around = [
    (climb: string, goal: string) => `${climb}/${goal}`,
    (climb: string, goal: string) => `recordings/${climb}/${goal}`,
    (climb: string, goal: string) => `recordings/${climb}/${climb}/${goal}`,
    (climb: string, goal: string) => `/${climb}/${goal}`,
    (climb: string, goal: string) => `//${climb}//${goal}`,
    (climb: string, goal: string) => `C:\\${climb}\\${goal}`,
    (climb: string, goal: string) => `file:///${climb}/${goal}`,
    (climb: string, goal: string) => `recordings\\${climb}\\${goal}\0.wav`,
  ];
  const made = climbs.flatMap((climb) => goals.flatMap((goal) => around.map((put) => put(climb, goal))));
  const odd = ['', ' ', '/', '//', 'a/', '/a', 'a//b', 'a b', 'a\n', 'a\0', 'a\r\nb', 'a?b', 'a#b', 'a&b', 'a%00', 'ä'];
  const long = ['a'.repeat(201), `a/b/c/d/e`, 'a..b', 'a..kind', 'a.', '.a', '~/a', '$HOME/a', '-/../a', 'CON:', 'a|b'];
  return [...made, ...odd, ...long];
}

export function describeBlobStore(name: string, open: () => Promise<BlobStore> | BlobStore): void {
  describe(`${name} as a store of blobs`, () => {
    const sound = Buffer.from(Array.from({ length: 1000 }, (_, at) => at % 251));
    const kind = { contentType: 'audio/wav' };

    it('gives back what it was given, with its kind, length and hash', async () => {
      const store = await open();
      const put = await store.put('recordings/one.wav', { ...kind, length: sound.length, body: pieces(sound) });
      expect(put).toEqual({ length: 1000, sha256: createHash('sha256').update(sound).digest('hex') });
      const blob = await store.get('recordings/one.wav');
      expect(blob).toMatchObject({ ...kind, length: 1000 });
      expect(await readAll(blob)).toEqual(sound);
      expect(await readAll(blob)).toEqual(sound);
    });

    it('takes a body whose length nobody knows, and an empty one', async () => {
      const store = await open();
      await store.put('unknown', { ...kind, length: null, body: pieces(sound) });
      expect(await readAll(await store.get('unknown'))).toEqual(sound);
      await store.put('empty', { ...kind, length: 0, body: pieces(new Uint8Array()) });
      expect(await store.get('empty')).toMatchObject({ length: 0 });
    });

    it.each([
      [0, 0],
      [0, 999],
      [10, 19],
      [999, 999],
      [500, 999],
    ])('gives the bytes from %i to %i', async (start, end) => {
      const store = await open();
      await store.put('part.wav', { ...kind, length: null, body: pieces(sound) });
      const part = await readAll(await store.get('part.wav'), { start, end });
      expect(part).toEqual(sound.subarray(start, end + 1));
    });

    it('replaces one of the same name', async () => {
      const store = await open();
      await store.put('twice', { ...kind, length: null, body: pieces(sound) });
      await store.put('twice', { contentType: 'audio/mpeg', length: null, body: pieces(sound.subarray(0, 3)) });
      expect(await store.get('twice')).toMatchObject({ contentType: 'audio/mpeg', length: 3 });
    });

    it('keeps nothing of one that is shorter or longer than was said, and what was there before stays', async () => {
      const store = await open();
      const failed = { code: 'blob/incomplete' };
      for (const length of [999, 1001]) {
        const put = store.put('cut', { ...kind, length, body: pieces(sound) });
        await expect(put).rejects.toMatchObject(failed);
      }
      expect(await store.get('cut')).toBeNull();
      await store.put('kept', { ...kind, length: null, body: pieces(sound) });
      await expect(store.put('kept', { ...kind, length: 5, body: pieces(sound) })).rejects.toMatchObject(failed);
      expect(await readAll(await store.get('kept'))).toEqual(sound);
    });

    it('keeps nothing of one that breaks off', async () => {
      const store = await open();
      const put = store.put('broken', { ...kind, length: null, body: broken() });
      await expect(put).rejects.toMatchObject({ code: 'blob/unavailable' });
      expect(await store.get('broken')).toBeNull();
    });

    it('has nothing where nothing was put', async () => {
      const store = await open();
      expect(await store.get('nothing/here.wav')).toBeNull();
    });

    it('deletes, once and again', async () => {
      const store = await open();
      await store.put('gone', { ...kind, length: null, body: pieces(sound) });
      await store.delete('gone');
      expect(await store.get('gone')).toBeNull();
      await store.delete('gone');
      await store.delete('never/was');
    });

    it('refuses every name that could mean something else', async () => {
      const store = await open();
      const names = hostileNames();
      expect(names.length).toBeGreaterThanOrEqual(500);
      const refused = { code: 'blob/bad-name' };
      for (const bad of names) {
        expect(() => checkBlobName(bad), JSON.stringify(bad)).toThrow();
        await expect(store.get(bad), bad).rejects.toMatchObject(refused);
        await expect(store.delete(bad), bad).rejects.toMatchObject(refused);
        await expect(store.put(bad, { ...kind, length: null, body: pieces(sound) })).rejects.toMatchObject(refused);
      }
    });
  });
}
