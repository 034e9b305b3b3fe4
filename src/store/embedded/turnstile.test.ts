import { expect, test } from 'vitest';
import { createFakeClock } from '../../base/clock.ts';
import { createTurnstile, longestWaitMs } from './turnstile.ts';

test('lets one at a time through, in the order they came', async () => {
  const turnstile = createTurnstile(createFakeClock());
  const order: number[] = [];
  let inside = 0;
  const pass = async (who: number) => {
    const leave = await turnstile.enter();
    inside += 1;
    expect(inside).toBe(1);
    order.push(who);
    await Promise.resolve();
    inside -= 1;
    leave();
  };
  await Promise.all([1, 2, 3, 4].map(pass));
  expect(order).toEqual([1, 2, 3, 4]);
});

test('refuses who has waited too long, and goes on with the others', async () => {
  const clock = createFakeClock();
  const turnstile = createTurnstile(clock);
  const leave = await turnstile.enter();
  const impatient = turnstile.enter();
  clock.advance(longestWaitMs - 1);
  const next = turnstile.enter();
  clock.advance(1);
  await expect(impatient).rejects.toMatchObject({ code: 'store/busy' });
  leave();
  (await next)();
  expect(clock.pendingTimers).toBe(0);
});

test('waits for everybody when it closes, and lets in nobody new', async () => {
  const turnstile = createTurnstile(createFakeClock());
  const leave = await turnstile.enter();
  const second = turnstile.enter();
  let isClosed = false;
  const closing = turnstile.close().then(() => {
    isClosed = true;
  });
  await expect(turnstile.enter()).rejects.toMatchObject({ code: 'store/closed' });
  leave();
  const leaveSecond = await second;
  expect(isClosed).toBe(false);
  leaveSecond();
  await closing;
});
