import fc from 'fast-check';
import { expect, it } from 'vitest';
import { KeptSound } from './kept-sound.ts';

const pieces = fc.array(fc.uint8Array({ maxLength: 500 }), { maxLength: 20 });

it('keeps the newest sound, and gives what was added since then, in frames and in its order, however it came', () => {
  fc.assert(
    fc.property(pieces, pieces, fc.integer({ min: 1, max: 5 }), (before, after, mostFrames) => {
      const kept = new KeptSound(mostFrames);
      for (const piece of before) kept.add(piece);
      const then = kept.addedBytes;
      for (const piece of after) kept.add(piece);
      const frames = kept.since(then);
      expect(Buffer.concat(frames)).toEqual(Buffer.concat(after).subarray(-mostFrames * 160));
      expect(frames.slice(0, -1).every(({ length }) => length === 160)).toBe(true);
      expect(kept.addedBytes).toBe(Buffer.concat([...before, ...after]).length);
    }),
  );
});

it('holds nothing of what it was given, and gives what stays as it is', () => {
  const kept = new KeptSound(2);
  const sound = new Uint8Array(160).fill(1);
  kept.add(sound);
  sound.fill(2);
  const [frame] = kept.since(0);
  for (let count = 0; count < 3; count += 1) kept.add(sound);
  expect(frame).toEqual(new Uint8Array(160).fill(1));
});
