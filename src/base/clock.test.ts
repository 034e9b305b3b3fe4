import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFakeClock, createFastClock, systemClock, waitFor } from './clock.ts';

describe('the fake clock', () => {
  it('fires timers in the order in which they fall due, those of one moment in the order they were set', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5, max: 100 })), (waits) => {
        const clock = createFakeClock(0);
        const fired: { index: number; at: number }[] = [];
        for (const [index, ms] of waits.entries()) {
          clock.startTimer(ms, () => fired.push({ index, at: clock.now() }));
        }
        clock.advance(100);
        const expected = waits.map((ms, index) => ({ index, at: Math.max(ms, 0) })).toSorted((a, b) => a.at - b.at);
        expect(fired).toEqual(expected);
        expect(clock.pendingTimers).toBe(0);
      }),
    );
  });

  it('also fires timers that were set while it moves, and none that were cancelled', () => {
    const clock = createFakeClock(0);
    const fired: number[] = [];
    const cancel = clock.startTimer(5, () => fired.push(-1));
    clock.startTimer(3, () => {
      cancel();
      clock.startTimer(4, () => fired.push(clock.now()));
      clock.startTimer(8, () => fired.push(clock.now()));
    });
    clock.advance(10);
    expect(fired).toEqual([7]);
    expect(clock.pendingTimers).toBe(1);
    expect([clock.now(), clock.monotonicMs()]).toEqual([10, 10]);
  });
});

describe('waiting', () => {
  it('lasts as long as asked', async () => {
    const clock = createFakeClock();
    let isOver = false;
    const waiting = waitFor(clock, 100).then(() => {
      isOver = true;
    });
    clock.advance(99);
    await Promise.resolve();
    expect(isOver).toBe(false);
    clock.advance(1);
    await waiting;
  });

  it('ends at once when it is called off, and leaves neither timer nor listener', async () => {
    const clock = createFakeClock();
    const abort = new AbortController();
    const waiting = waitFor(clock, 100, abort.signal);
    abort.abort();
    await waiting;
    await waitFor(clock, 100, abort.signal);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('the clocks that run', () => {
  it('lose no cancelled timer and never run backwards', () => {
    for (const clock of [systemClock, createFastClock(50)]) {
      const before = clock.monotonicMs();
      const cancel = clock.startTimer(0, () => expect.unreachable());
      cancel();
      cancel();
      expect(clock.monotonicMs()).toBeGreaterThanOrEqual(before);
    }
  });

  it('holds even a wait that is longer than the runtime’s own timers can hold', async () => {
    let isFired = false;
    const cancel = systemClock.startTimer(10 ** 12, () => {
      isFired = true;
    });
    // The one place where real time has to pass: the runtime would fire an overlong timer after 1 ms.
    await waitFor(systemClock, 5);
    cancel();
    expect(isFired).toBe(false);
  });

  it('starts the fast one at the true time', () => {
    expect(Math.abs(createFastClock(1).now() - systemClock.now())).toBeLessThan(1000);
  });
});
