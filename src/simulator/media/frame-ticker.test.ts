import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../base/clock.ts';
import { FrameTicker } from './frame-ticker.ts';

describe('the frame ticker', () => {
  it('ticks for everybody with one timer, and with none when nobody is left', () => {
    const clock = createFakeClock();
    const ticker = new FrameTicker(clock);
    let ticks = 0;
    const leave = Array.from({ length: 100 }, () => ticker.add(() => (ticks += 1)));
    expect(clock.pendingTimers).toBe(1);
    clock.advance(100);
    expect(ticks).toBe(500);
    for (const end of leave) end();
    expect(clock.pendingTimers).toBe(0);
  });

  it('keeps its rhythm when a tick comes late', () => {
    const clock = createFakeClock();
    let lateMs = 7;
    const ticks: number[] = [];
    const late = {
      ...clock,
      startTimer: (ms: number, work: () => void) => clock.startTimer(ms + lateMs, work),
    };
    new FrameTicker(late).add(() => ticks.push(clock.monotonicMs()));
    clock.advance(70);
    lateMs = 50;
    clock.advance(100);
    lateMs = 0;
    clock.advance(60);
    expect(ticks.slice(0, 3)).toEqual([27, 47, 67]);
    expect(ticks.at(-1)! % 20).toBe(0);
  });

  it('may lose somebody while it ticks', () => {
    const clock = createFakeClock();
    const ticker = new FrameTicker(clock);
    let ticks = 0;
    const leave = ticker.add(() => {
      ticks += 1;
      leave();
    });
    clock.advance(100);
    expect(ticks).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });
});
