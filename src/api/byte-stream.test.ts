import { describe, expect, it } from 'vitest';
import { ByteStream } from './byte-stream.ts';

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield new TextEncoder().encode(text);
}
const streamOf = (most: number, ...texts: string[]) => new ByteStream(pieces(...texts), { most, length: undefined });

async function read(stream: ByteStream, mostPieces = Number.POSITIVE_INFINITY): Promise<string> {
  let text = '';
  let count = 0;
  for await (const piece of stream) {
    text += new TextDecoder().decode(piece);
    count += 1;
    if (count === mostPieces) break;
  }
  return text;
}

describe('a body that is read piece by piece', () => {
  it('is known by all of its bytes, however they come and whoever has read them', async () => {
    const [whole, halves, unread] = [streamOf(100, 'abcdef'), streamOf(100, 'abc', 'def'), streamOf(100, 'ab', 'cdef')];
    expect(await read(whole)).toBe('abcdef');
    expect(await read(halves, 1)).toBe('abc');
    const digest = await whole.digest();
    expect([await halves.digest(), await unread.digest()]).toEqual([digest, digest]);
    expect(await streamOf(100, 'abcdeg').digest()).not.toBe(digest);
  });

  it('that is too large is known by its beginning', async () => {
    const large = streamOf(4, 'abc', 'def', 'ghi');
    await expect(read(large)).rejects.toMatchObject({ problem: { status: 413 } });
    expect(await large.digest()).toBe(await streamOf(4, 'abcd').digest());
    expect(await streamOf(4, 'abcdef').digest()).toBe(await streamOf(4, 'abcd').digest());
  });
});
