import { describe, expect, it } from 'vitest';
import { type Clock, createFakeClock } from '../../../base/clock.ts';
import { createPacer } from './pacer.ts';

describe('the pacer', () => {
  it('calls everyone every 20 ms by one timer, which is gone when nobody is left', () => {
    const clock = createFakeClock();
    const pacer = createPacer(clock);
    const ticks = [0, 0, 0];
    const leave = ticks.map((_, who) =>
      pacer.join(() => {
        ticks[who]! += 1;
      }),
    );
    expect([clock.pendingTimers, ...ticks]).toEqual([1, 0, 0, 0]);
    clock.advance(1000);
    expect([clock.pendingTimers, ...ticks]).toEqual([1, 50, 50, 50]);
    leave[0]!();
    leave[0]!();
    clock.advance(100);
    expect(ticks).toEqual([50, 55, 55]);
    leave[1]!();
    leave[2]!();
    expect(clock.pendingTimers).toBe(0);
  });

  it('tells how late each tick was', () => {
    const inner = createFakeClock();
    const clock: Clock = { ...inner, startTimer: (ms, work) => inner.startTimer(ms + 7, work) };
    const late: number[] = [];
    createPacer(clock, (lateMs) => late.push(lateMs)).join(() => {});
    inner.advance(60);
    expect(late).toEqual([7, 7]);
  });

  it('keeps its rhythm when ticks come late, and does not make up for those that were missed', () => {
    const inner = createFakeClock();
    let lateMs = 0;
    const clock: Clock = { ...inner, startTimer: (ms, work) => inner.startTimer(ms + lateMs, work) };
    const at: number[] = [];
    createPacer(clock).join(() => at.push(clock.monotonicMs()));
    inner.advance(40);
    lateMs = 7;
    inner.advance(60);
    lateMs = 300;
    inner.advance(400);
    lateMs = 0;
    inner.advance(400);
    expect(at.slice(0, 4)).toEqual([20, 40, 60, 87]);
    const gaps = at.slice(-10).map((moment, index, all) => moment - (all[index - 1] ?? moment - 20));
    expect(gaps).toEqual(gaps.map(() => 20));
  });

  it('goes on with one timer when the last leaves and another joins within a tick', () => {
    const clock = createFakeClock();
    const pacer = createPacer(clock);
    let ticks = 0;
    const leave = pacer.join(() => {
      leave();
      pacer.join(() => {
        ticks += 1;
      });
    });
    clock.advance(20);
    expect(clock.pendingTimers).toBe(1);
    clock.advance(40);
    expect(ticks).toBeGreaterThanOrEqual(2);
    expect(clock.pendingTimers).toBe(1);
  });

  it('calls the others although one throws', () => {
    const clock = createFakeClock();
    const pacer = createPacer(clock);
    let ticks = 0;
    pacer.join(() => {
      if (ticks === 1) throw new Error('bug');
    });
    pacer.join(() => {
      ticks += 1;
    });
    clock.advance(20);
    expect(() => clock.advance(20)).toThrow('bug');
    expect(clock.pendingTimers).toBe(1);
  });
});
