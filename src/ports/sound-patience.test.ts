/** How long owed sound may be late. */
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../base/clock.ts';
import { createSoundPatience } from './sound-patience.ts';

function owe() {
  const clock = createFakeClock();
  let expired = 0;
  const patience = createSoundPatience(clock, 3000, () => {
    expired += 1;
  });
  return { clock, patience, expired: () => expired };
}

const second = new Uint8Array(8000);

describe('the patience with a maker of speech', () => {
  it('ends after its time, counted from the first thing that is owed, once', () => {
    const { clock, patience, expired } = owe();
    patience.expect();
    clock.advance(2000);
    patience.expect();
    clock.advance(999);
    expect(expired()).toBe(0);
    clock.advance(10_000);
    expect(expired()).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('is as long again as the sound that came while more is owed', () => {
    const { clock, patience, expired } = owe();
    patience.expect();
    for (let piece = 0; piece < 10; piece += 1) patience.heard(second, true);
    clock.advance(12_999);
    expect(expired()).toBe(0);
    clock.advance(1);
    expect(expired()).toBe(1);
  });

  it('is not used up while nothing is owed, and leaves no timer', () => {
    const { clock, patience, expired } = owe();
    patience.expect();
    patience.heard(second, false);
    expect(clock.pendingTimers).toBe(0);
    patience.heard(second, true);
    clock.advance(60_000);
    patience.expect();
    clock.advance(2999);
    patience.rest();
    clock.advance(60_000);
    expect(expired()).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });
});
