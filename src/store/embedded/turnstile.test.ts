import { expect, test } from 'vitest';
import { createFakeClock } from '../../base/clock.ts';
import type { Urgency } from '../urgency.ts';
import { createTurnstile, longestWaitMs, patienceMs, type Turnstile } from './turnstile.ts';

test('lets one at a time through, equals in the order they came', async () => {
  const turnstile = createTurnstile(createFakeClock());
  const order: number[] = [];
  let inside = 0;
  const pass = async (who: number) => {
    const leave = await turnstile.enter('request');
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
  const leave = await turnstile.enter('request');
  const impatient = turnstile.enter('request');
  clock.advance(longestWaitMs - 1);
  const next = turnstile.enter('request');
  clock.advance(1);
  await expect(impatient).rejects.toMatchObject({ code: 'store/busy' });
  leave();
  (await next)();
  expect(clock.pendingTimers).toBe(0);
});

test('waits for everybody when it closes, and lets in nobody new', async () => {
  const turnstile = createTurnstile(createFakeClock());
  const leave = await turnstile.enter('request');
  const second = turnstile.enter('request');
  let isClosed = false;
  const closing = turnstile.close().then(() => {
    isClosed = true;
  });
  await expect(turnstile.enter('request')).rejects.toMatchObject({ code: 'store/closed' });
  leave();
  const leaveSecond = await second;
  expect(isClosed).toBe(false);
  leaveSecond();
  await closing;
});

/** Everybody comes while one is inside; gives who went in, in that order. */
async function letAllThrough(turnstile: Turnstile, all: readonly { urgency: Urgency; name: string }[]) {
  const order: string[] = [];
  const leave = await turnstile.enter('background');
  const passing = all.map(async ({ urgency, name }) => {
    const leaveAgain = await turnstile.enter(urgency);
    order.push(name);
    leaveAgain();
  });
  return async () => {
    leave();
    await Promise.all(passing);
    return order;
  };
}

const several = (urgency: Urgency, count: number) =>
  Array.from({ length: count }, (_, index) => ({ urgency, name: `${urgency} ${index + 1}` }));

test('lets the carrier go before requests, and both before fifty who nobody waits for', async () => {
  const go = await letAllThrough(createTurnstile(createFakeClock()), [
    ...several('background', 50),
    ...several('request', 1),
    ...several('carrier', 2),
  ]);
  const order = await go();
  expect(order.slice(0, 4)).toEqual(['carrier 1', 'carrier 2', 'request 1', 'background 1']);
  expect(order.slice(3)).toEqual(several('background', 50).map(({ name }) => name));
});

test('lets who has waited long go before everybody who came later', async () => {
  const clock = createFakeClock();
  const turnstile = createTurnstile(clock);
  const order: string[] = [];
  const pass = async (urgency: Urgency) => {
    const leave = await turnstile.enter(urgency);
    order.push(urgency);
    leave();
  };
  const leave = await turnstile.enter('carrier');
  const passing = [pass('background'), pass('background')];
  clock.advance(1);
  passing.push(pass('request'));
  clock.advance(patienceMs - 1);
  passing.push(pass('carrier'));
  leave();
  await Promise.all(passing);
  expect(order).toEqual(['background', 'background', 'carrier', 'request']);
});

test('lets everybody through in time, however many are more urgent and however long a turn takes', async () => {
  const clock = createFakeClock();
  const turnstile = createTurnstile(clock);
  const turnMs = 10;
  let waited: number | null = null;
  const go = await letAllThrough(turnstile, several('request', 5));
  const patient = turnstile.enter('background').then((leave) => {
    waited = clock.monotonicMs();
    leave();
  });
  // Whoever is let through is followed by the next who is more urgent.
  const comeAgain = async (): Promise<void> => {
    const leave = await turnstile.enter('carrier');
    clock.advance(turnMs);
    const next = waited === null && clock.monotonicMs() < 2 * patienceMs ? comeAgain() : null;
    leave();
    await next;
  };
  await Promise.all([comeAgain(), go(), patient]);
  expect(waited).toBe(patienceMs);
});
