import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../base/clock.ts';
import { CallQueue } from './call-queue.ts';

describe('the call queue', () => {
  it('lets one call a second out and tells the wait of each', () => {
    const clock = createFakeClock();
    const queue = new CallQueue(clock, 1);
    const outAtMs: number[] = [];
    const waits = [1, 2, 3].map(() => queue.add(() => outAtMs.push(clock.monotonicMs())));
    expect(waits).toEqual([0, 1000, 2000]);
    clock.advance(5000);
    expect(outAtMs).toEqual([0, 1000, 2000]);
    expect(queue.add(() => {})).toBe(0);
  });

  it('holds nothing back at an infinite rate', () => {
    const clock = createFakeClock();
    const queue = new CallQueue(clock, Number.POSITIVE_INFINITY);
    let out = 0;
    for (let call = 0; call < 1000; call += 1) queue.add(() => (out += 1));
    clock.advance(0);
    expect(out).toBe(1000);
  });

  it('leaves no timer behind when it is stopped', () => {
    const clock = createFakeClock();
    const queue = new CallQueue(clock, 1);
    queue.add(() => {});
    queue.add(() => {});
    queue.stop();
    expect(clock.pendingTimers).toBe(0);
  });
});
