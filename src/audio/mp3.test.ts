import { describe, expect, it } from 'vitest';
import { toMp3 } from './mp3.ts';
import { encodeMulaw, telephoneHz } from './mulaw.ts';
import { toMulawWavHeader } from './mulaw-wav.ts';
import { readWav, type WavPart } from './read-wav.ts';
import { toToneSamples } from './tone.ts';
import { toWav } from './wav.ts';

const tone = (ms: number, hz = 440) =>
  toToneSamples({ frequenciesHz: [hz], ms, sampleRateHz: telephoneHz, loudness: 0.5 });

function toMulawFile(left: Int16Array, right: Int16Array): Buffer {
  const sides = [encodeMulaw(left), encodeMulaw(right)];
  const data = Uint8Array.from({ length: left.length * 2 }, (_, at) => sides[at % 2]![at >> 1]!);
  return Buffer.concat([toMulawWavHeader({ channels: 2, dataBytes: data.length }), data]);
}

async function* inPieces(file: Uint8Array, bytes: number) {
  for (let at = 0; at < file.length; at += bytes) yield file.subarray(at, at + bytes);
}

async function read(file: Uint8Array, pieceBytes = 1000) {
  const parts: WavPart[] = [];
  for await (const part of readWav(inPieces(file, pieceBytes), 700)) parts.push(part);
  const lists = parts.flatMap((part) => (part.type === 'sound' ? [part.channels] : []));
  const side = (channel: number) => lists.flatMap((channels) => [...(channels[channel] ?? [])]);
  return { format: parts[0]?.type === 'format' ? parts[0].format : null, left: side(0), right: side(1), lists };
}

async function encode(file: Uint8Array): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of toMp3(inPieces(file, 65_536))) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Walks over the frames of MPEG 2.5 layer III at 8 kHz; gives the length of the sound. */
function toDurationMs(mp3: Buffer): number {
  const kilobits = [0, 8, 16, 24, 32, 40, 48, 56, 64];
  let at = 0;
  let frames = 0;
  while (at + 4 <= mp3.length) {
    expect(mp3.readUInt16BE(at) & 0xfffe, `a frame at byte ${at}`).toBe(0xffe2);
    expect((mp3[at + 2]! >> 2) & 3, '8 kHz').toBe(2);
    at += Math.floor((72_000 * kilobits[mp3[at + 2]! >> 4]!) / 8000) + ((mp3[at + 2]! >> 1) & 1);
    frames += 1;
  }
  return (frames * 576) / 8;
}

describe('a WAV file', () => {
  it.each([1, 7, 57, 58, 59, 1000, 1_000_000])('is read the same in pieces of %i bytes', async (pieceBytes) => {
    const { format, left, right, lists } = await read(toMulawFile(tone(200), tone(200, 300)), pieceBytes);
    expect(format).toMatchObject({ sampleRateHz: 8000, channels: 2 });
    expect([left.length, right.length]).toEqual([1600, 1600]);
    expect(Math.max(...lists.map((channels) => channels[0]!.length))).toBeLessThanOrEqual(700);
    for (const [at, sample] of tone(200).entries()) expect(Math.abs(left[at]! - sample / 32_768)).toBeLessThan(0.03);
  });

  it('of plain samples is read exactly, and so is one whose length was never written', async () => {
    const samples = tone(100);
    const plain = Buffer.from(toWav([samples], 8000));
    expect((await read(plain)).left).toEqual([...samples].map((sample) => sample / 32_768));
    plain.writeUInt32LE(0, 40);
    expect((await read(plain)).left).toHaveLength(800);
  });

  it('ends where it says, whatever stands behind its sound', async () => {
    const file = Buffer.concat([toMulawFile(tone(100), tone(100)), Buffer.from('LIST\x04\0\0\0abcd', 'latin1')]);
    expect((await read(file)).left).toHaveLength(800);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['something else', Buffer.from('ID3 and much more than twelve bytes')],
    ['a kind of sound that nobody expects', Buffer.from(toWav([tone(10)], 8000)).fill(3, 20, 21)],
    ['no sound', Buffer.from(toWav([], 8000)).subarray(0, 30)],
  ])('of %s is refused', async (_what, file) => {
    await expect(read(file)).rejects.toMatchObject({ code: 'audio/not-wav' });
  });
});

describe('MP3', () => {
  it('is as long as the sound it was made from, and an eighth of telephone WAV at least', async () => {
    const file = toMulawFile(tone(5000), tone(5000, 300));
    const mp3 = await encode(file);
    expect(toDurationMs(mp3)).toBeGreaterThanOrEqual(5000);
    expect(toDurationMs(mp3)).toBeLessThan(5400);
    expect(mp3.length).toBeLessThan(file.length / 3.5);
  });

  it('is made of one channel too, and by several at once without mixing them up', async () => {
    const mono = toWav([tone(2000)], 8000);
    const [first, second, both] = await Promise.all([
      encode(mono),
      encode(mono),
      encode(toMulawFile(tone(3000), tone(3000, 800))),
    ]);
    expect(first).toEqual(second);
    expect(toDurationMs(both!)).toBeGreaterThanOrEqual(3000);
  });

  it('lets others have their turn while it is made', async () => {
    let turns = 0;
    let isDone = false;
    const count = () => {
      turns += 1;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    await encode(toMulawFile(tone(10_000), tone(10_000)));
    isDone = true;
    // Ten seconds are forty pieces.
    expect(turns).toBeGreaterThanOrEqual(40);
  });
});
