import { describe, expect, it } from 'vitest';
import { frameBytes, readLastTag, writeTag } from './frame-tag.ts';

function tagged(call: number, frame: number): Uint8Array {
  const sound = new Uint8Array(frameBytes).fill(0xff);
  writeTag(sound, { call, frame });
  return sound;
}

describe('the tag in a frame of sound', () => {
  it.each([
    [0, 0],
    [559, 70_000],
    [65_535, 2 ** 31 - 1],
  ])('is read as it was written: call %i, frame %i', (call, frame) => {
    expect(readLastTag(tagged(call, frame))).toEqual({ call, frame });
  });

  it('is the newest of several frames, wherever they begin', () => {
    const sound = Buffer.concat([tagged(3, 7), tagged(3, 8), tagged(3, 9)]);
    expect(readLastTag(sound)).toEqual({ call: 3, frame: 9 });
    expect(readLastTag(sound.subarray(40, 400))).toEqual({ call: 3, frame: 9 });
    expect(readLastTag(sound.subarray(0, 330))).toEqual({ call: 3, frame: 8 });
  });

  it('is not found in silence, in short sound, or where it is spoilt', () => {
    expect(readLastTag(new Uint8Array(640).fill(0xff))).toBeNull();
    expect(readLastTag(new Uint8Array(5))).toBeNull();
    const spoilt = tagged(1, 1);
    spoilt[3] = 0;
    expect(readLastTag(spoilt)).toBeNull();
  });
});
