import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mulawSilence } from '../../../audio/mulaw.ts';
import { frameBytes } from '../../../audio/telephone-frame.ts';
import { createFakeClock } from '../../../base/clock.ts';
import { createIncomingSound } from './incoming-sound.ts';

function start() {
  const clock = createFakeClock();
  const told: { value: number; atMs: number }[] = [];
  const incoming = createIncomingSound(clock, (sound, atMs) => {
    expect(sound.length).toBe(frameBytes);
    told.push({ value: sound[0] === mulawSilence ? 0 : sound[0]!, atMs });
  });
  const hear = (value: number, timestampMs: number, bytes = frameBytes) =>
    incoming.hear(new Uint8Array(bytes).fill(value), timestampMs);
  return { clock, told, hear, incoming, values: () => told.map(({ value }) => value) };
}

describe('sound from the carrier', () => {
  it('is given on as it came, uncopied, with its place', () => {
    const { incoming, told } = start();
    const given: Uint8Array[] = [];
    const direct = createIncomingSound(createFakeClock(), (sound) => given.push(sound));
    const sound = new Uint8Array(frameBytes).fill(5);
    direct.hear(sound, 20);
    expect(given[0]).toBe(sound);
    for (let frame = 0; frame < 4; frame += 1) incoming.hear(sound, 1000 + frame * 20);
    expect(told.map(({ atMs }) => atMs)).toEqual([0, 20, 40, 60]);
  });

  it('has silence where frames were lost, at most two seconds of it, and keeps its place', () => {
    const { hear, told, values, clock } = start();
    hear(1, 20);
    clock.advance(10_000);
    hear(2, 80);
    expect(values()).toEqual([1, 0, 0, 2]);
    hear(3, 5000);
    expect(told).toHaveLength(4 + 100 + 1);
    expect(told.at(-1)).toEqual({ value: 3, atMs: 4980 });
    hear(4, 5020);
    expect(told.at(-1)).toEqual({ value: 4, atMs: 5000 });
  });

  it('comes once, though frames come twice, late or out of order', () => {
    const { hear, values } = start();
    for (const [value, at] of [
      [1, 20],
      [2, 40],
      [2, 40],
      [4, 80],
      [3, 60],
      [5, 100],
      [1, 20],
    ] as const)
      hear(value, at);
    expect(values()).toEqual([1, 2, 0, 4, 5]);
  });

  it('may jitter within a frame, or drift, without anything being put in or left out', () => {
    const { hear, values } = start();
    for (const [value, at] of [
      [1, 20],
      [2, 39],
      [3, 61],
      [4, 80],
      [5, 85],
      [6, 120],
    ] as const)
      hear(value, at);
    expect(values()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('is taken as it comes where timestamps are missing, begin anew, or lie far ahead of the clock', () => {
    const missing = start();
    for (let frame = 1; frame <= 5; frame += 1) missing.hear(frame, 0);
    expect(missing.values()).toEqual([1, 2, 3, 4, 5]);
    const anew = start();
    for (let frame = 0; frame < 100; frame += 1) anew.hear(1, 10_000 + frame * 20);
    for (let frame = 0; frame < 100; frame += 1) anew.hear(2, 20 + frame * 20);
    expect(anew.values().filter((value) => value === 2)).toHaveLength(50);
    expect(anew.values()).not.toContain(0);
    const ahead = start();
    for (const at of [20, 900_000_000_000, 900_000_000_020, 40, 60]) ahead.hear(7, at);
    expect(ahead.values()).toEqual([7, 7, 7]);
  });

  it('of any size becomes frames of 20 ms, with nothing lost in between', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(700), { maxLength: 60 }), (sizes) => {
        const heard: Uint8Array[] = [];
        const incoming = createIncomingSound(createFakeClock(), (sound) => heard.push(sound));
        const all = Uint8Array.from({ length: sizes.reduce((sum, size) => sum + size, 0) }, (_, at) => at % 251);
        let from = 0;
        for (const size of sizes) {
          incoming.hear(all.subarray(from, from + size), 0);
          from += size;
        }
        expect(heard.every(({ length }) => length === frameBytes)).toBe(true);
        const whole = all.length - (all.length % frameBytes);
        expect(Buffer.concat(heard)).toEqual(Buffer.from(all.subarray(0, whole)));
      }),
    );
  });

  it('never goes backwards, and never far ahead of the clock, whatever the carrier claims', () => {
    const frame = fc.record({
      at: fc.oneof(fc.nat(60_000), fc.nat()),
      size: fc.constantFrom(0, 1, 80, 160, 161, 960),
      waitMs: fc.nat(60),
    });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 200 }), (frames) => {
        const { clock, told, hear } = start();
        let heardBytes = 0;
        for (const { at, size, waitMs } of frames) {
          hear(9, at, size);
          heardBytes += size;
          clock.advance(waitMs);
        }
        for (const [index, { atMs }] of told.entries()) expect(atMs).toBeGreaterThanOrEqual(index * 20);
        const last = told.at(-1)?.atMs ?? 0;
        expect(last).toBeLessThanOrEqual(clock.monotonicMs() + 5000 + heardBytes / 8);
      }),
    );
  });
});
