import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameBytes, Playback } from './playback.ts';

describe('a playback queue', () => {
  it('plays every byte once and in order, and reaches each mark behind the sound before it', () => {
    const piece = fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.constant('mark' as const));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const playback = new Playback();
        const expected: string[] = [];
        const got: string[] = [];
        let sentBytes = 0;
        let next = 0;
        for (const [index, size] of pieces.entries()) {
          if (size === 'mark') {
            expected.push(`${index} after ${sentBytes}`);
            got.push(...playback.addMark(String(index)).map((name) => `${name} after 0`));
          } else {
            playback.addSound(Uint8Array.from({ length: size }, () => next++ % 251));
            sentBytes += size;
          }
        }
        let playedBytes = 0;
        for (let frame = 0; frame < sentBytes / frameBytes + 3; frame += 1) {
          const { sound, bytes, marks } = playback.play();
          expect(sound?.length ?? frameBytes).toBe(frameBytes);
          for (let at = 0; at < bytes; at += 1) expect(sound![at]).toBe((playedBytes + at) % 251);
          for (const name of marks) {
            const before = Number(
              expected
                .find((text) => text.startsWith(`${name} `))!
                .split(' ')
                .at(-1),
            );
            expect(before).toBeGreaterThan(playedBytes - frameBytes);
            expect(before).toBeLessThanOrEqual(playedBytes + bytes);
            got.push(`${name} after ${before}`);
          }
          playedBytes += bytes;
        }
        expect(playedBytes).toBe(sentBytes);
        expect(got).toEqual(expected);
        expect(playback.clear()).toEqual({ marks: [], bytes: 0 });
      }),
    );
  });

  it('says nothing for as long as there is nothing', () => {
    const playback = new Playback();
    expect(playback.play()).toEqual({ sound: null, bytes: 0, marks: [] });
    playback.addSound(new Uint8Array(10));
    expect(playback.play().sound).toBeNull();
    expect(playback.play()).toMatchObject({ bytes: 10 });
    expect(playback.play().sound).toBeNull();
  });
});
